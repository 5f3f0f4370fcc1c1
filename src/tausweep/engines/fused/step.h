/* One time step of a tile, forward and back, made of the matrix products that all cells have in
   common and the elementwise functions of each. */
#pragma once

#include "elementwise.h"
#include "tile.h"

typedef void step(const struct plan *l, const REAL *weights, const struct tile *v, int t);

/* From z_t (and c_t) to z_{t+1}. Of `cell` all is known when this is compiled, once for each. */
INLINE void step_forward(const struct cell *cell, elementwise *forward, const struct plan *l,
                         const REAL *weights, const struct tile *v, int64_t t) {
    int M = l->M, K = l->K, G = cell->gates;
    vec *z = v->z + t * M, *next = z + M, *a = cell->alone ? next : v->a + t * l->GM;
    vec *c = v->m + t * l->EM, *next_c = c + l->EM, *kept = c + cell->memory * M;
    const vec *u = z, *s = v->s + t * K;
    const REAL *A = weights + l->weights.A, *C = weights + l->weights.C;
    const REAL *bias = weights + l->weights.bias, *bias_apart = bias + l->GM;
    if (cell->A) {
        for (int k = 0; k < M; k++) kept[k] = relu(z[k]), a[k] = A[k] * z[k] + bias[k];
        u = kept;
    }
    product(weights + l->weights.W, G * M, M, u, cell->A ? 0 : bias, a);
    if (K) product(C, l->gated, K, s, 0, a);
    if (cell->apart && K) product(C + (int64_t)l->gated * K, M, K, s, bias_apart, kept);
    else if (cell->apart) for (int k = 0; k < M; k++) kept[k] = all(bias_apart[k]);
    for (int k = 0; k < M; k++) {
        struct unit x = {.z = z[k]};
        for (int g = 0; g < G; g++) x.a[g] = a[g * M + k];
        if (cell->memory) x.c = c[k];
        if (cell->apart) x.kept = kept[k];
        forward(&x);
        for (int g = 0; g < G && !cell->alone; g++) a[g * M + k] = x.a[g];
        if (cell->memory) next_c[k] = x.c;
        if (cell->kept && !cell->A) kept[k] = x.kept;
        next[k] = x.z;
    }
}

/* From dz_{t+1} (and dc_{t+1}) to da_t, dz_t (and dc_t). */
INLINE void step_back(const struct cell *cell, elementwise *backward, const struct plan *l,
                      const REAL *weights, const struct tile *v, int64_t t) {
    int M = l->M, G = cell->gates;
    vec *z = v->z + t * M, *next = z + M, *a = v->a + t * l->GM;
    vec *c = v->m + t * l->EM, *kept = c + cell->memory * M, *dz = v->dz, *dc = v->dc, *dr = v->dr;
    const REAL *A = weights + l->weights.A, *Wt = weights + l->weights.Wt;
    const REAL *zero = weights + l->weights.zero;
    for (int k = 0; k < M; k++) {
        struct unit x = {.z = z[k], .next = next[k], .dz = dz[k]};
        for (int g = 0; g < G && !cell->alone; g++) x.a[g] = a[g * M + k];
        if (cell->memory) x.c = c[k], x.dc = dc[k];
        if (cell->kept) x.kept = kept[k];
        backward(&x);
        for (int g = 0; g < G; g++) a[g * M + k] = x.a[g];
        if (cell->memory) dc[k] = x.dc;
        if (cell->apart) kept[k] = x.kept;
        if (cell->direct) dz[k] = x.dz;
    }
    if (cell->A) {
        product(Wt, M, G * M, a, zero, dr);
        for (int k = 0; k < M; k++) dz[k] = A[k] * a[k] + where(z[k] > 0, dr[k]);
    } else product(Wt, M, G * M, a, cell->direct ? 0 : zero, dz);
}

#define STEPS(CELL, ...)                                                                           \
    static void CELL##_step_forward(const struct plan *l, const REAL *weights,                     \
                                    const struct tile *v, int t) {                                 \
        step_forward(&TABLE[CELL], CELL##_forward, l, weights, v, t);                              \
    }                                                                                              \
    static void CELL##_step_back(const struct plan *l, const REAL *weights, const struct tile *v,  \
                                 int t) {                                                          \
        step_back(&TABLE[CELL], CELL##_backward, l, weights, v, t);                                \
    }
CELLS(STEPS)
#undef STEPS

static const struct { step *forward, *back; } STEP[] = {
#define PAIR(CELL, ...) [CELL] = {CELL##_step_forward, CELL##_step_back},
    CELLS(PAIR)
#undef PAIR
};
