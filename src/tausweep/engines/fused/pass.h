/* A training pass in three phases: weights are packed, pieces computed, sums made a gradient. */
#pragma once

#include "gradients.h"
#include "step.h"
#include "threads.h"

#include <string.h>

/* First: pack the weights of a member, and find its B⁺. */
static void prepare(const struct plan *l, int member) {
    const struct pass *p = l->pass;
    const struct model *o = &p->model;
    int M = l->M, N = l->N, K = l->K, GM = l->GM, hollow = l->cell->A != 0;
    const REAL *theta = (const REAL *)p->theta + member * o->size;
    REAL *w = weights_of(l, member);
    pack(theta + o->W, GM, M, M, 1, hollow, w + l->weights.W);
    pack(theta + o->W, M, GM, 1, M, hollow, w + l->weights.Wt);
    pack(theta + o->B, N, M, M, 1, 0, w + l->weights.B);
    pack(theta + o->B, M, N, 1, M, 0, w + l->weights.Bt);
    if (K) {
        int64_t gated = (int64_t)l->gated * K;
        pack(theta + o->C, l->gated, K, K, 1, 0, w + l->weights.C);
        pack(theta + o->C + gated, GM - l->gated, K, K, 1, 0, w + l->weights.C + gated);
    }
    biases(o, theta, w + l->weights.bias);
    memset(w + l->weights.zero, 0, sizeof(REAL) * M);
    if (l->cell->A) memcpy(w + l->weights.A, theta + o->A, sizeof(REAL) * M);
    if (p->initial != FORCED) return;
    struct inverse inverse = inverse_of(l, member);
    for (int i = 0; i < M * N; i++) inverse.B[i] = theta[o->B + i];
    pseudo_inverse(M, N, inverse);
    REAL *P = (REAL *)inverse.Q; /* where the gradient of B⁺ comes later */
    for (int i = 0; i < M * N; i++) P[i] = (REAL)inverse.P[i];
    pack(P, M, N, N, 1, 0, w + l->weights.P);
}

/* Advance a tile and leave its errors in e; the sum of their squares. */
static double run_forward(const struct plan *l, const REAL *weights, const struct tile *v,
                          int steps, vec on) {
    step *advance = STEP[l->pass->model.cell].forward;
    int M = l->M, N = l->N;
    vec squares = {0};
    for (int t = 0; t < steps; t++) {
        advance(l, weights, v, t);
        vec *e = v->e + (int64_t)(t + 1) * N;
        product(weights + l->weights.B, N, M, v->z + (int64_t)(t + 1) * M, 0, e);
        for (int i = 0; i < N; i++) {
            e[i] *= on;
            squares += e[i] * e[i];
        }
    }
    return (double)sum(squares);
}

/* Take a tile back from its end to its beginning. Where it is long, its gradients are added up on
   the way, while its last steps are still in cache. */
static void run_back(const struct plan *l, const REAL *weights, const struct tile *v, int steps,
                 vec *sums) {
    step *retreat = STEP[l->pass->model.cell].back;
    int M = l->M, N = l->N, added = steps;
    for (int i = 0; i < M; i++) v->dz[i] = v->dc[i] = (vec){0};
    for (int t = steps - 1; t >= 0; t--) {
        product(weights + l->weights.Bt, M, N, v->e + (int64_t)(t + 1) * N, 0, v->dz);
        retreat(l, weights, v, t);
        if (steps >= CHUNK && ((steps - t) % CHUNK == 0 || t == 0)) {
            add_gradients(l, v, 1, steps, t, added - t, sums);
            added = t;
        }
    }
    if (l->pass->initial == FORCED) add_gradient_of_start(l, v, sums);
}

/* Some tiles of a run, from the data to their gradients and squared errors, which are added to
   `sums` and `squares`. Where tiles are short, their gradients are added up together. */
static void tiles(const struct plan *l, int member, const struct run *run, int first, int count,
                  vec *room, double *squares) {
    const REAL *weights = weights_of(l, member);
    vec *sums = room + l->room.sums;
    for (int j = 0; j < count; j++) {
        struct tile v = tile_at(l, room, j, run->steps);
        struct lanes lanes = lanes_of(run, first + j);
        gather(l, &v, member, lanes, run->steps);
        start(l, weights, &v, member, lanes);
        *squares += run_forward(l, weights, &v, run->steps, counted(lanes));
        if (l->pass->last) keep(l, &v, member, lanes, run->steps);
        run_back(l, weights, &v, run->steps, sums);
    }
    if (run->steps < CHUNK) {
        struct tile v = tile_at(l, room, 0, run->steps);
        add_gradients(l, &v, count, run->steps, 0, run->steps, sums);
    }
}

/* Second: a piece of a member, which is some of its tiles. */
static void compute(const struct plan *l, int member, int piece, int thread) {
    const struct pass *p = l->pass;
    vec *room = room_of(l, thread), *sums = room + l->room.sums;
    memset(sums, 0, sizeof(vec) * l->gradients.size);
    double squares = 0;
    int from = begin(l->tiles, l->pieces, piece), to = begin(l->tiles, l->pieces, piece + 1);
    for (int group = 0, before = 0; group < p->groups && before < to;) {
        struct run run = next_run(p, &group);
        int end = to - before < run.tiles ? to - before : run.tiles;
        int together = blocks(CHUNK, run.steps);
        for (int tile = from > before ? from - before : 0; tile < end; tile += together) {
            int count = end - tile < together ? end - tile : together;
            tiles(l, member, &run, tile, count, room, &squares);
        }
        before += run.tiles;
    }
    REAL *share = share_of(l, member, piece);
    for (int64_t i = 0; i < l->gradients.size; i++) share[i] = sum(sums[i]);
    *loss_of(l, member, piece) = squares;
}

/* Third: what the pieces of a member make together. */
static void finish(const struct plan *l, int member) {
    const struct pass *p = l->pass;
    for (int k = 0; k < l->pieces; k++) p->loss[member] += p->scale * *loss_of(l, member, k);
    finish_gradient(l, member);
}

static void pass_phase(const void *of, int phase, int item, int thread) {
    const struct plan *l = of;
    if (phase == 0) prepare(l, item);
    else if (phase == 1) compute(l, item / l->pieces, item % l->pieces, thread);
    else finish(l, item);
}

static void run_pass(const struct pass *p) {
    struct plan l = plan_of(p);
    fence_off(&l);
    int items[] = {p->members, p->members * l.pieces, p->members};
    parallel(pass_phase, &l, 3, items, p->threads);
}
