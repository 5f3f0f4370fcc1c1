/* Free orbits: a single state per member, so here the lanes of a vector are units of the state. */
#pragma once

#include "elementwise.h"
#include "plan.h"
#include "threads.h"

#include <stdlib.h>
#include <string.h>

/* A member's weights by columns, the rows of each gate in `blocks` vectors, and its state. */
struct room {
    vec *W, *C, *b, *A, *a, *z, *c, *u;
};

/* start + W u. */
INLINE vec dot(const vec *W, const REAL *u, int n, vec start) {
    vec acc[4] = {start};
    for (; n >= 4; n -= 4, W += 4, u += 4)
        for (int k = 0; k < 4; k++) acc[k] += W[k] * u[k];
    for (; n > 0; n--, W++, u++) acc[0] += *W * *u;
    return (acc[0] + acc[1]) + (acc[2] + acc[3]);
}

/* Column j of block b of a stack of matrices becomes vector (g·blocks + b)·cols + j. */
static void columns(const REAL *W, int gates, int M, int cols, int hollow, vec *out) {
    int nb = blocks(M, LANES);
    for (int g = 0; g < gates; g++)
        for (int i = 0; i < M; i++)
            for (int j = 0; j < cols; j++)
                ((REAL *)&out[(int64_t)(g * nb + i / LANES) * cols + j])[i % LANES] =
                    hollow && i == j ? 0 : W[(int64_t)(g * M + i) * cols + j];
}

/* One step of the state. Of `cell` all is known when this is compiled, once for each. */
INLINE void orbit_step(const struct cell *cell, elementwise *forward, const struct room *w, int M,
                       int K, const REAL *s) {
    int G = cell->gates, nb = blocks(M, LANES), gated = (G - cell->apart) * nb;
    if (cell->A) for (int k = 0; k < nb; k++) w->u[k] = relu(w->z[k]);
    const REAL *u = (const REAL *)(cell->A ? w->u : w->z);
    for (int k = 0; k < G * nb; k++) {
        w->a[k] = dot(w->W + (int64_t)k * M, u, M, w->b[k]);
        if (K && k < gated) w->a[k] = dot(w->C + (int64_t)k * K, s, K, w->a[k]);
    }
    for (int k = 0; k < nb; k++) {
        struct unit x = {.z = w->z[k]};
        for (int g = 0; g < G; g++) x.a[g] = w->a[g * nb + k];
        if (cell->A) x.a[0] = w->A[k] * x.z + x.a[0];
        if (cell->memory) x.c = w->c[k];
        if (cell->apart) x.kept = w->b[G * nb + k];
        if (cell->apart && K) x.kept = dot(w->C + (int64_t)(gated + k) * K, s, K, x.kept);
        forward(&x);
        w->z[k] = x.z;
        if (cell->memory) w->c[k] = x.c;
    }
}

typedef void orbit_stepper(const struct room *w, int M, int K, const REAL *s);
#define STEPS(CELL, ...)                                                                           \
    static void CELL##_orbit_step(const struct room *w, int M, int K, const REAL *s) {             \
        orbit_step(&TABLE[CELL], CELL##_forward, w, M, K, s);                                      \
    }
CELLS(STEPS)
#undef STEPS

static orbit_stepper *const ORBIT_STEP[] = {
#define ONE(CELL, ...) [CELL] = CELL##_orbit_step,
    CELLS(ONE)
#undef ONE
};

static int orbit_of(const struct orbit *p, int member) {
    const struct model *o = &p->model;
    const struct cell *cell = &TABLE[o->cell];
    int64_t M = o->latent, K = o->channels, G = cell->gates, nb = blocks(o->latent, LANES);
    int64_t Gb = G + cell->apart; /* biases, of M numbers each */
    int64_t size = G * nb * (M + K) + 2 * Gb * nb + (G + 4) * nb;
    vec *at = aligned_alloc(64, aligned(size * (int64_t)sizeof(vec)));
    if (!at) return 1;
    memset(at, 0, size * sizeof(vec));
    struct room w;
    w.W = at, at += G * nb * M;
    w.C = at, at += G * nb * K;
    w.b = at, at += Gb * nb;
    w.A = at, at += nb;
    w.a = at, at += G * nb;
    w.z = at, at += nb;
    w.c = at, at += nb;
    w.u = at, at += nb;
    REAL *bias = (REAL *)at;

    const REAL *theta = (const REAL *)p->theta + member * o->size, *s = p->s;
    biases(o, theta, bias);
    columns(theta + o->W, (int)G, (int)M, (int)M, cell->A != 0, w.W);
    if (K) columns(theta + o->C, (int)G, (int)M, (int)K, 0, w.C);
    columns(bias, (int)Gb, (int)M, 1, 0, w.b);
    if (cell->A) columns(theta + o->A, 1, (int)M, 1, 0, w.A);

    REAL *state = (REAL *)p->state + member * (1 + cell->memory) * M;
    REAL *out = (REAL *)p->z + member * p->steps * M;
    memcpy(w.z, state, sizeof(REAL) * M);
    if (cell->memory) memcpy(w.c, state + M, sizeof(REAL) * M);
    for (int t = 0; t < p->steps; t++, out += M) {
        ORBIT_STEP[o->cell](&w, (int)M, (int)K, s);
        memcpy(out, w.z, sizeof(REAL) * M);
        if (K) s += K;
    }
    memcpy(state, w.z, sizeof(REAL) * M);
    if (cell->memory) memcpy(state + M, w.c, sizeof(REAL) * M);
    free(w.W);
    return 0;
}

static void orbit_phase(const void *of, int phase, int item, int thread) {
    (void)phase, (void)thread;
    const struct orbit *p = of;
    p->failed[item] = orbit_of(p, item);
}

static void run_orbit(const struct orbit *p) {
    parallel(orbit_phase, p, 1, &p->members, p->threads);
}
