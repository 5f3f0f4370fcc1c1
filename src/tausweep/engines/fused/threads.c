#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

struct job {
    phase_function *run;
    const void *of;
    int phases;
    const int *items;
    atomic_int next[MOST_PHASES], done[MOST_PHASES], threads;
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

void parallel(phase_function *run, const void *of, int phases, const int *items, int threads) {
    struct job job = {.run = run, .of = of, .phases = phases, .items = items};
    pthread_t others[threads > 1 ? threads - 1 : 1];
    int made = 0;
    while (made < threads - 1 && !pthread_create(&others[made], 0, work_through_job, &job)) made++;
    work_through(&job);
    for (int k = 0; k < made; k++) pthread_join(others[k], 0);
}
