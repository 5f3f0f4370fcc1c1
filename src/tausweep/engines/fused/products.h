/* Products of small matrices with vectors, and sums of outer products.

   A matrix of any size is cut into blocks, as equal as can be, whose accumulators fit into
   registers. The order of every sum follows from the sizes alone. */
#pragma once

#include "vectors.h"

#define MOST_ROWS 10 /* accumulators of `product`: enough to hide the latency of multiply-add */
#if defined(__AVX512F__)
#define BLOCK_ROWS 5 /* accumulators of `outer`: as many as registers allow */
#define BLOCK_COLS 5
#else
#define BLOCK_ROWS 3
#define BLOCK_COLS 4
#endif

INLINE int blocks(int n, int most) { return (n + most - 1) / most; }
INLINE int begin(int n, int blocks, int k) { return (int)((int64_t)n * k / blocks); }

/* Copy a matrix (or, by its strides, its transpose) into the order in which `product` reads it:
   block after block of rows, and in a block column after column; a `hollow` one's diagonal is 0. */
static void pack(const REAL *W, int rows, int cols, int row_stride, int col_stride, int hollow,
                 REAL *out) {
    int n = blocks(rows, MOST_ROWS);
    for (int k = 0; k < n; k++)
        for (int j = 0; j < cols; j++)
            for (int64_t i = begin(rows, n, k); i < begin(rows, n, k + 1); i++)
                *out++ = hollow && i == j ? 0 : W[i * row_stride + (int64_t)j * col_stride];
}

#define PRODUCT(R)                                                                                 \
    static void product_##R(const REAL *W, int cols, const vec *x, const REAL *start, vec *y) {    \
        vec acc[R];                                                                                \
        if (start) for (int i = 0; i < R; i++) acc[i] = all(start[i]);                             \
        else for (int i = 0; i < R; i++) acc[i] = y[i];                                            \
        do {                                                                                       \
            vec xj = *x;                                                                           \
            for (int i = 0; i < R; i++) acc[i] += all(W[i]) * xj;                                  \
            x++, W += R;                                                                           \
        } while (--cols);                                                                          \
        for (int i = 0; i < R; i++) y[i] = acc[i];                                                 \
    }
PRODUCT(1) PRODUCT(2) PRODUCT(3) PRODUCT(4) PRODUCT(5)
PRODUCT(6) PRODUCT(7) PRODUCT(8) PRODUCT(9) PRODUCT(10)
#undef PRODUCT

/* y = start + W x, or y += W x where there is no start; W packed, of at least one column. */
static void product(const REAL *W, int rows, int cols, const vec *x, const REAL *start, vec *y) {
    static void (*const block[MOST_ROWS])(const REAL *, int, const vec *, const REAL *, vec *) = {
        product_1, product_2, product_3, product_4, product_5,
        product_6, product_7, product_8, product_9, product_10,
    };
    int n = blocks(rows, MOST_ROWS);
    for (int k = 0, i = 0; k < n; k++) {
        int r = begin(rows, n, k + 1) - i;
        block[r - 1](W, cols, x, start ? start + i : 0, y + i);
        W += (int64_t)r * cols, i += r;
    }
}

/* A quantity in all steps of all tiles, by its distances (in vectors) from step to step and from
   tile to tile. */
struct rows {
    const vec *at;
    int64_t step, tile;
};

/* Whose contributions to a weight gradient are summed: `steps` steps in each of `tiles` tiles. */
struct span {
    int tiles, steps;
    struct rows d, x;
};

static const struct rows none = {0};

/* The same of d and x without their first i and j numbers. */
INLINE struct span from(struct span n, int i, int j) {
    n.d.at += i;
    if (n.x.at) n.x.at += j;
    return n;
}

#define OUTER(R, C)                                                                                \
    static void outer_##R##_##C(struct span n, int ld, vec *out) {                                 \
        vec acc[R][C];                                                                             \
        for (int i = 0; i < R; i++)                                                                \
            for (int j = 0; j < C; j++) acc[i][j] = out[i * ld + j];                               \
        for (int tile = 0; tile < n.tiles; tile++) {                                               \
            const vec *d = n.d.at + tile * n.d.tile, *x = n.x.at + tile * n.x.tile;                \
            for (int t = 0; t < n.steps; t++, d += n.d.step, x += n.x.step)                        \
                for (int i = 0; i < R; i++)                                                        \
                    for (int j = 0; j < C; j++) acc[i][j] += d[i] * x[j];                          \
        }                                                                                          \
        for (int i = 0; i < R; i++)                                                                \
            for (int j = 0; j < C; j++) out[i * ld + j] = acc[i][j];                               \
    }
#define OUTER_ROW(R) OUTER(R, 1) OUTER(R, 2) OUTER(R, 3) OUTER(R, 4) OUTER(R, 5)
OUTER_ROW(1) OUTER_ROW(2) OUTER_ROW(3)
#if BLOCK_ROWS == 5
OUTER_ROW(4) OUTER_ROW(5)
#endif
#undef OUTER
#undef OUTER_ROW

/* out[i][j] += Σ d_i x_j over all steps of a span. */
static void outer(int rows, int cols, struct span n, vec *out) {
#define ONE(R) {outer_##R##_1, outer_##R##_2, outer_##R##_3, outer_##R##_4, outer_##R##_5}
    static void (*const block[BLOCK_ROWS][5])(struct span, int, vec *) = {
        ONE(1), ONE(2), ONE(3),
#if BLOCK_ROWS == 5
        ONE(4), ONE(5),
#endif
    };
#undef ONE
    int nr = blocks(rows, BLOCK_ROWS), nc = blocks(cols, BLOCK_COLS);
    for (int p = 0, i = 0, r; p < nr; p++, i += r) {
        r = begin(rows, nr, p + 1) - i;
        for (int q = 0, j = 0, c; q < nc; q++, j += c) {
            c = begin(cols, nc, q + 1) - j;
            block[r - 1][c - 1](from(n, i, j), cols, out + (int64_t)i * cols + j);
        }
    }
}

/* out[i] += Σ d_i, or Σ d_i x_i where `times` says so; some rows at a time, in registers. */
#define TOGETHER 8
INLINE void total_some(int rows, struct span n, int times, vec *out) {
    vec acc[TOGETHER];
    for (int i = 0; i < rows; i++) acc[i] = out[i];
    for (int tile = 0; tile < n.tiles; tile++) {
        const vec *d = n.d.at + tile * n.d.tile, *x = times ? n.x.at + tile * n.x.tile : 0;
        for (int t = 0; t < n.steps; t++, d += n.d.step, x += times ? n.x.step : 0)
            for (int i = 0; i < rows; i++) acc[i] += times ? d[i] * x[i] : d[i];
    }
    for (int i = 0; i < rows; i++) out[i] = acc[i];
}
INLINE void total_by(int rows, struct span n, int times, vec *out) {
    int i = 0;
    for (; i + TOGETHER <= rows; i += TOGETHER) total_some(TOGETHER, from(n, i, i), times, out + i);
    for (; i < rows; i++) total_some(1, from(n, i, i), times, out + i);
}

/* out[i] += Σ d_i, and Σ d_i x_i. */
static void total(int rows, struct span n, vec *out) { total_by(rows, n, 0, out); }
static void total_products(int rows, struct span n, vec *out) { total_by(rows, n, 1, out); }
