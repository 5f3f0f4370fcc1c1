/* Gradients of the weights: summed over steps and tiles, then over lanes, then over pieces. */
#pragma once

#include "tile.h"

/* Add to `sums` what `steps` steps from `first` on contribute, in `tiles` tiles of T steps each. */
static void add_gradients(const struct plan *l, const struct tile *v, int tiles, int64_t T,
                          int64_t first, int steps, vec *sums) {
    const struct cell *cell = l->cell;
    int M = l->M, N = l->N, K = l->K, GM = l->GM, EM = l->EM;
    struct rows z = {v->z + first * M, M, (T + 1) * M}, next = {z.at + M, z.step, z.tile};
    struct rows e = {v->e + (first + 1) * N, N, (T + 1) * N}, s = {v->s + first * K, K, T * K};
    struct rows a = {v->a + first * GM, GM, T * GM};
    struct rows kept = {v->m + first * EM + cell->memory * M, EM, (T + 1) * EM};
    outer(GM, M, (struct span){tiles, steps, a, cell->A ? kept : z}, sums + l->gradients.W);
    total(GM, (struct span){tiles, steps, a, none}, sums + l->gradients.b);
    if (cell->A) total_products(M, (struct span){tiles, steps, a, z}, sums + l->gradients.A);
    outer(N, M, (struct span){tiles, steps, e, next}, sums + l->gradients.B);
    if (K) outer(l->gated, K, (struct span){tiles, steps, a, s}, sums + l->gradients.C);
    if (!cell->apart) return;
    vec *C_apart = sums + l->gradients.C + (int64_t)l->gated * K;
    total(M, (struct span){tiles, steps, kept, none}, sums + l->gradients.b + GM);
    if (K) outer(M, K, (struct span){tiles, steps, kept, s}, C_apart);
}

/* That of B⁺, by which a tile's windows began on the data. */
static void add_gradient_of_start(const struct plan *l, const struct tile *v, vec *sums) {
    struct span once = {.tiles = 1, .steps = 1, .d.at = v->dz, .x.at = v->x0};
    outer(l->M, l->N, once, sums + l->gradients.P);
}

/* Sum the shares of a member, always in the same order, into its gradient. */
static void finish_gradient(const struct plan *l, int member) {
    const struct pass *p = l->pass;
    const struct model *o = &p->model;
    const struct cell *cell = l->cell;
    int M = l->M, N = l->N, GM = l->GM;
    REAL *total = share_of(l, member, 0), *g = (REAL *)p->gradient + member * o->size;
    const REAL c = (REAL)(2 * p->scale), *b = total + l->gradients.b;
    for (int k = 1; k < l->pieces; k++) {
        const REAL *share = share_of(l, member, k);
        for (int64_t i = 0; i < l->gradients.size; i++) total[i] += share[i];
    }
    if (cell->A)
        for (int i = 0; i < M; i++) {
            g[o->A + i] += c * total[l->gradients.A + i];
            total[l->gradients.W + (int64_t)i * M + i] = 0;
        }
    for (int64_t i = 0; i < (int64_t)GM * M; i++) g[o->W + i] += c * total[l->gradients.W + i];
    for (int64_t i = 0; i < (int64_t)GM * l->K; i++) g[o->C + i] += c * total[l->gradients.C + i];
    for (int i = 0; i < GM; i++) {
        g[o->b + i] += c * b[i < l->gated ? i : i + M];
        if (cell->b2) g[o->b2 + i] += c * b[i];
    }
    for (int i = 0; i < N * M; i++) g[o->B + i] += c * total[l->gradients.B + i];
    if (p->initial != FORCED) return;
    struct inverse inverse = inverse_of(l, member);
    for (int i = 0; i < M * N; i++) inverse.Q[i] = total[l->gradients.P + i];
    through_pseudo_inverse(M, N, inverse);
    for (int i = 0; i < N * M; i++) g[o->B + i] += c * (REAL)inverse.dB[i];
}
