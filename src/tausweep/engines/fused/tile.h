/* A tile: LANES windows of one member side by side, a vector being one number of each of them.
   It keeps all that its backward pass needs, over all its steps, in cache. */
#pragma once

#include "plan.h"

/* In time step t it holds z_t at z + t·M, the gates (going back, da) at a + t·GM, what else a cell
   stores, c and then what it keeps, at m + t·EM, s_t at s + t·K and e_t at e + t·N. x0 is where
   windows begin on the data; dz, dc and dr belong to the thread. */
struct tile {
    vec *z, *a, *m, *s, *e, *x0;
    vec *dz, *dc, *dr;
};

/* The j-th of some tiles of `steps` steps that stand in a thread's room one after the other. */
static struct tile tile_at(const struct plan *l, vec *room, int64_t j, int64_t steps) {
    return (struct tile){
        .z = room + l->room.z + j * (steps + 1) * l->M,
        .a = room + l->room.a + j * steps * l->GM,
        .m = room + l->room.m + j * (steps + 1) * l->EM,
        .s = room + l->room.s + j * steps * l->K,
        .e = room + l->room.e + j * (steps + 1) * l->N,
        .x0 = room + l->room.x0 + j * l->N,
        .dz = room + l->room.dz,
        .dc = room + l->room.dc,
        .dr = room + l->room.dr,
    };
}

/* Which windows are in a tile: lane l is window `first + l`, and lanes from `count` on repeat the
   last of them. */
struct lanes {
    int64_t first;
    int count;
};

static struct lanes lanes_of(const struct run *run, int tile) {
    int before = tile * LANES, left = run->windows - before;
    return (struct lanes){run->first + before, left < LANES ? left : LANES};
}

static int64_t window_of(struct lanes lanes, int l) {
    return lanes.first + (l < lanes.count ? l : lanes.count - 1);
}

/* 1 in lanes that count, 0 in those that repeat. */
static vec counted(struct lanes lanes) {
    vec on;
    for (int l = 0; l < LANES; l++) on[l] = l < lanes.count;
    return on;
}

/* Copy the windows' data into the tile, −x_t into e_t. */
static void gather(const struct plan *l, const struct tile *v, int member, struct lanes lanes,
                   int steps) {
    const struct pass *p = l->pass;
    const REAL *x = (const REAL *)p->x + member * p->member_stride, *s = p->s;
    const int64_t *starts = p->starts + (int64_t)member * p->sequences;
    int N = l->N, K = l->K;
    for (int lane = 0; lane < LANES; lane++) {
        int64_t window = window_of(lanes, lane);
        int64_t start = starts[window % p->sequences] + p->offsets[window / p->sequences];
        const REAL *from = x + start * N, *input = K ? s + start * K : 0;
        REAL *x0 = (REAL *)v->x0 + lane, *e = (REAL *)(v->e + N) + lane, *to = (REAL *)v->s + lane;
        for (int i = 0; i < N; i++, x0 += LANES) *x0 = *from++;
        for (int i = 0; i < steps * N; i++, e += LANES) *e = -*from++;
        for (int i = 0; i < steps * K; i++, to += LANES) *to = *input++;
    }
}

/* The state in which windows begin: on the data, zero, or a given one. */
static void start(const struct plan *l, const REAL *weights, const struct tile *v, int member,
                  struct lanes lanes) {
    const struct pass *p = l->pass;
    int M = l->M, parts = 1 + l->cell->memory;
    int64_t windows = (int64_t)p->groups * p->sequences;
    const REAL *state = p->state;
    for (int part = 0; part < parts; part++)
        for (int i = 0; i < M; i++) {
            vec *to = (part ? v->m : v->z) + i;
            *to = (vec){0};
            if (p->initial != CARRIED) continue;
            const REAL *from = state + (((int64_t)member * parts + part) * M + i) * windows;
            for (int lane = 0; lane < LANES; lane++) (*to)[lane] = from[window_of(lanes, lane)];
        }
    if (p->initial == FORCED) product(weights + l->weights.P, M, l->N, v->x0, 0, v->z);
}

/* Where windows end, for a pass that goes on from there. */
static void keep(const struct plan *l, const struct tile *v, int member, struct lanes lanes,
                 int64_t steps) {
    const struct pass *p = l->pass;
    int M = l->M, parts = 1 + l->cell->memory;
    int64_t windows = (int64_t)p->groups * p->sequences;
    REAL *last = p->last;
    for (int part = 0; part < parts; part++)
        for (int i = 0; i < M; i++) {
            vec from = (part ? v->m + steps * l->EM : v->z + steps * M)[i];
            REAL *to = last + (((int64_t)member * parts + part) * M + i) * windows + lanes.first;
            for (int lane = 0; lane < lanes.count; lane++) to[lane] = from[lane];
        }
}
