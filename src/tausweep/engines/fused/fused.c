/* Training and free orbits of recurrent cells on vector units: plain C, compiled once for each
   instruction set (see pyproject.toml), called by __init__.py through ctypes. The instruction set is
   whatever the compiler is told to use; nothing here asks the processor. */

#include "fused.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define ROWS 10 /* accumulators of `product`: enough to hide the latency of multiply-add */
#if defined(__AVX512F__)
#define VECTOR 64
#define BLOCK_ROWS 5 /* accumulators of `outer`: as many as registers allow */
#define BLOCK_COLS 5
#elif defined(__AVX__)
#define VECTOR 32
#define BLOCK_ROWS 3
#define BLOCK_COLS 4
#else
#define VECTOR 16
#define BLOCK_ROWS 3
#define BLOCK_COLS 4
#endif

/* What compilers do not make of plain C: x cut off at ±end, with NaN left as it is. */
#if defined(__AVX512F__)
#define CLIP(x, end) ((__typeof__(x))_mm512_max_ps((__m512)-(end), _mm512_min_ps((__m512)(end), (__m512)(x))))
#elif defined(__AVX__)
#define CLIP(x, end) ((__typeof__(x))_mm256_max_ps((__m256)-(end), _mm256_min_ps((__m256)(end), (__m256)(x))))
#elif defined(__SSE2__)
#define CLIP(x, end) ((__typeof__(x))_mm_max_ps((__m128)-(end), _mm_min_ps((__m128)(end), (__m128)(x))))
#else
#define CHOOSE(where, yes, no) \
    ((__typeof__(yes))(((__typeof__(where))(yes) & (where)) | ((__typeof__(where))(no) & ~(where))))
#define CLIP(x, end) CHOOSE(x > (end), end, CHOOSE(x < -(end), -(end), x))
#endif

/* Of each cell: gates, vectors of M that its backward pass needs besides, vectors of M in a state.
   The GRU's third gate, q, is not acted on by C s: its n is. */
static const int GATES[] = {1, 1, 4, 3}, EXTRA[] = {1, 0, 2, 1}, PARTS[] = {1, 1, 2, 1};
#define GATED(cell) ((cell) == GRU ? 2 : GATES[cell])

/* ------------------------------------------------------------------------------------- threads */

typedef void phase_function(const void *of, int phase, int item, int thread);

struct job {
    phase_function *run;
    const void *of;
    int phases;
    const int *items;
    atomic_int next[3], done[3], threads;
};

/* Numbers below the smallest normal one count as zero: gradients that vanish produce many, and
   they are a hundred times slower than others. The caller's setting is restored. */
static void work_through(struct job *job) {
#if defined(__SSE2__)
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
#endif
    int thread = atomic_fetch_add(&job->threads, 1);
    for (int phase = 0; phase < job->phases; phase++) {
        int item;
        while ((item = atomic_fetch_add(&job->next[phase], 1)) < job->items[phase]) {
            job->run(job->of, phase, item, thread);
            atomic_fetch_add(&job->done[phase], 1);
        }
        while (atomic_load(&job->done[phase]) < job->items[phase]) sched_yield();
    }
#if defined(__SSE2__)
    _mm_setcsr(mode);
#endif
}

static void *work_through_job(void *job) {
    work_through(job);
    return 0;
}

/* Do all items of one phase after the other, shared among threads. Which thread does an item
   changes no number. Where a thread cannot be made, the others do its work. */
static void parallel(phase_function *run, const void *of, int phases, const int *items, int threads) {
    struct job job = {.run = run, .of = of, .phases = phases, .items = items};
    pthread_t others[threads > 1 ? threads - 1 : 1];
    int made = 0;
    while (made < threads - 1 && !pthread_create(&others[made], 0, work_through_job, &job)) made++;
    work_through(&job);
    for (int k = 0; k < made; k++) pthread_join(others[k], 0);
}

/* --------------------------------------------------------------------------- the two precisions */

#define REAL float
#define INTEGER int32_t
#define SINGLE 1
#define NAME(x) x##_float
#include "kernel.h"
#undef REAL
#undef INTEGER
#undef SINGLE
#undef NAME
#undef vec
#undef mask
#undef work
#undef layout
#undef span

#define REAL double
#define INTEGER int64_t
#define SINGLE 0
#define NAME(x) x##_double
#include "kernel.h"

/* ----------------------------------------------------------------------------- called from Python */

#define PUBLIC __attribute__((visibility("default")))

PUBLIC int64_t tausweep_workspace(const struct pass *p, int doubles) {
    return doubles ? workspace_bytes_double(p) : workspace_bytes_float(p);
}

PUBLIC void tausweep_pass(const struct pass *p, int doubles) {
    if (doubles) run_pass_double(p);
    else run_pass_float(p);
}

PUBLIC void tausweep_orbit(const struct orbit *p, int doubles) {
    int items[1] = {p->members};
    parallel(doubles ? orbit_phase_double : orbit_phase_float, p, 1, items, p->threads);
}

/* For a test that both sides mean the same. */
PUBLIC int tausweep_size_of_model(void) { return sizeof(struct model); }
PUBLIC int tausweep_size_of_pass(void) { return sizeof(struct pass); }
PUBLIC int tausweep_size_of_orbit(void) { return sizeof(struct orbit); }
