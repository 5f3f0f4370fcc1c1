/* How a pass is carried out: its cut into pieces, and where things stand in its workspace.

   The workspace holds, for every member, its weights in the order of reading, what belongs to B⁺,
   and of each piece the sum of gradients and losses; and for every thread the tiles that it works
   on. */
#pragma once

#include "cells.h"
#include "fence.h"
#include "inverse.h"
#include "products.h"

/* Short windows fill a buffer of about this many steps before a weight gradient is taken; long
   ones are cut into chunks of it, while these are still in cache. */
#define CHUNK 48

struct plan {
    const struct pass *pass;
    const struct cell *cell;
    int M, N, K;
    int GM, EM; /* numbers per step: of all gates; of what else is stored, c and what is kept */
    int gated;  /* rows of C that act on gates: not those that stand apart */
    int tiles, pieces; /* of every member; each piece is some tiles, and one item of work */
    /* Where parts begin, in the order in which they stand, and the size of all. */
    struct { int64_t W, Wt, C, B, Bt, P, bias, A, zero, size; } weights; /* of a member, packed */
    struct { int64_t W, C, b, A, B, P, size; } gradients; /* of a piece, and vectors of a thread */
    struct { int64_t z, a, m, s, e, x0, dz, dc, dr, sums, size; } room; /* vectors, of a thread */
    struct { int64_t weights, inverses, shares, losses, rooms, size; } at; /* bytes of workspace */
};

/* Groups of windows of equal length, which stand together: LANES windows at a time are a tile. */
struct run {
    int64_t first; /* window */
    int windows, steps, tiles;
};

/* The run that begins with this group, which is moved on to the next. */
static struct run next_run(const struct pass *p, int *group) {
    int first = *group, steps = p->steps[first];
    while (*group < p->groups && p->steps[*group] == steps) ++*group;
    int windows = (*group - first) * p->sequences;
    return (struct run){(int64_t)first * p->sequences, windows, steps, blocks(windows, LANES)};
}

static int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

static struct plan plan_of(const struct pass *p) {
    const struct model *o = &p->model;
    const struct cell *cell = &TABLE[o->cell];
    int64_t M = o->latent, N = o->variables, K = o->channels;
    int64_t GM = cell->gates * M, EM = (cell->memory + cell->kept) * M;
    struct plan l = {.pass = p, .cell = cell, .M = (int)M, .N = (int)N, .K = (int)K};
    l.GM = (int)GM, l.EM = (int)EM, l.gated = (int)((cell->gates - cell->apart) * M);

    int64_t longest = 0, steps = 0;
    for (int group = 0; group < p->groups;) {
        struct run run = next_run(p, &group);
        if (run.steps > longest) longest = run.steps;
        steps += (int64_t)run.steps * run.windows;
        l.tiles += run.tiles;
    }
    /* The cut into pieces follows from shapes alone, so sums do not depend on threads. */
    int64_t pieces = steps / LANES / 96;
    l.pieces = pieces < 1 ? 1 : pieces > 8 ? 8 : (int)pieces;
    if (l.pieces > l.tiles) l.pieces = l.tiles;

#define NEXT(part, count) l.part = n, n += (count) + gap
    int64_t n = 0, gap = GAP;
    NEXT(weights.W, GM * M); NEXT(weights.Wt, GM * M); NEXT(weights.C, GM * K);
    NEXT(weights.B, N * M); NEXT(weights.Bt, N * M); NEXT(weights.P, N * M);
    NEXT(weights.bias, GM + cell->apart * M); NEXT(weights.A, M); NEXT(weights.zero, M);
    l.weights.size = n;
    n = gap = 0; /* gradients are summed as one row of numbers */
    NEXT(gradients.W, GM * M); NEXT(gradients.C, GM * K); NEXT(gradients.b, GM + cell->apart * M);
    NEXT(gradients.A, M); NEXT(gradients.B, N * M); NEXT(gradients.P, N * M);
    l.gradients.size = n;
    n = 0, gap = GAP;
    int64_t slots = longest + 1 > 3 * CHUNK ? longest + 1 : 3 * CHUNK;
    NEXT(room.z, slots * M); NEXT(room.a, slots * GM); NEXT(room.m, slots * EM);
    NEXT(room.s, slots * K); NEXT(room.e, slots * N); NEXT(room.x0, CHUNK * N);
    NEXT(room.dz, M); NEXT(room.dc, M); NEXT(room.dr, M); NEXT(room.sums, l.gradients.size);
    l.room.size = n;
    n = 0;
    NEXT(at.weights, aligned(p->members * l.weights.size * (int64_t)sizeof(REAL)));
    NEXT(at.inverses, aligned(p->members * inverse_size(l.M, l.N) * (int64_t)sizeof(double)));
    NEXT(at.shares, aligned(p->members * l.pieces * l.gradients.size * (int64_t)sizeof(REAL)));
    NEXT(at.losses, aligned(p->members * l.pieces * (int64_t)sizeof(double)));
    NEXT(at.rooms, p->threads * l.room.size * (int64_t)sizeof(vec));
    l.at.size = n;
#undef NEXT
    return l;
}

static int64_t workspace_bytes(const struct pass *p) { return plan_of(p).at.size; }

static void *part_of(const struct plan *l, int64_t at) { return (char *)l->pass->workspace + at; }

static REAL *weights_of(const struct plan *l, int member) {
    return (REAL *)part_of(l, l->at.weights) + member * l->weights.size;
}

static struct inverse inverse_of(const struct plan *l, int member) {
    double *first = part_of(l, l->at.inverses);
    return inverse_at(first + member * inverse_size(l->M, l->N), l->M, l->N);
}

/* Sums over one piece of a member; those of its other pieces follow. */
static REAL *share_of(const struct plan *l, int member, int piece) {
    REAL *first = part_of(l, l->at.shares);
    return first + ((int64_t)member * l->pieces + piece) * l->gradients.size;
}

static double *loss_of(const struct plan *l, int member, int piece) {
    double *first = part_of(l, l->at.losses);
    return first + (int64_t)member * l->pieces + piece;
}

static vec *room_of(const struct plan *l, int thread) {
    return (vec *)part_of(l, l->at.rooms) + thread * l->room.size;
}

/* Put up fences where parts end in this plan, in the place of those of an earlier one. */
static void fence_off(const struct plan *l) {
    open_up(part_of(l, 0), l->at.size);
    fence(part_of(l, 0), PLACES(l->at), 1);
    for (int member = 0; member < l->pass->members; member++)
        fence(weights_of(l, member), PLACES(l->weights), sizeof(REAL));
    for (int thread = 0; thread < l->pass->threads; thread++)
        fence(room_of(l, thread), PLACES(l->room), sizeof(vec));
}

/* The bias of every gate, and after those that of the one whose C s + b stands apart: its b2 acts
   in the gate and its b outside. Elsewhere the two biases of torch's cells only act as a sum. */
static void biases(const struct model *o, const REAL *theta, REAL *out) {
    const struct cell *cell = &TABLE[o->cell];
    int M = o->latent, GM = cell->gates * M, gated = GM - cell->apart * M;
    const REAL *b = theta + o->b, *b2 = cell->b2 ? theta + o->b2 : 0;
    for (int i = 0; i < gated; i++) out[i] = b2 ? b[i] + b2[i] : b[i];
    for (int i = gated; i < GM; i++) out[i] = b2[i], out[i + M] = b[i];
}
