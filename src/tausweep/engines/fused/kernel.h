/* The kernels for one precision; fused.c includes this file once for float, once for double.

   Windows stand side by side in the lanes of vectors: a tile is LANES windows of one member, and a
   vector is one number of each of them. A tile keeps all that its backward pass needs, over all
   its steps, in cache. docs/training-engine.md derives the equations in the letters used here: z
   state, a pre-activations, s input, e = x̂ − x; da is dL/da, and so on. */

#define vec NAME(vec)
#define mask NAME(mask)
#define work NAME(work)
#define layout NAME(layout)
#define span NAME(span)

typedef REAL vec __attribute__((vector_size(VECTOR)));
typedef INTEGER mask __attribute__((vector_size(VECTOR)));

#define LANES ((int)(VECTOR / sizeof(REAL)))

/* ------------------------------------------------------------------------- elementwise functions */

/* x in every lane; written so that no rounding and no addition comes of it. */
INLINE vec NAME(all)(REAL x) { return x - (vec){0}; }

INLINE REAL NAME(sum)(vec x) {
    REAL total = 0;
    for (int l = 0; l < LANES; l++) total += x[l];
    return total;
}

/* tanh. In double by the C library. In float x·P(x²)/Q(x²), fitted to 1.3e-8 (relative) on
   |x| < 8.6, beyond which float's tanh is 1: with its roundings off by less than 4e-7. */
INLINE vec NAME(tanh)(vec x) {
#if SINGLE
    x = CLIP(x, NAME(all)(8.6f));
    vec u = x * x;
    vec p = NAME(all)(1.40822834e-08f), q = NAME(all)(8.07055904e-07f);
    p = p * u + 2.11222429e-05f, q = q * u + 0.000333625637f;
    p = p * u + 0.00352639305f, q = q * u + 0.0259938674f;
    p = p * u + 0.134068681f, q = q * u + 0.467401897f;
    p = p * u + 1.0f, q = q * u + 1.0f;
    return x * p / q;
#else
    for (int l = 0; l < LANES; l++) x[l] = tanh(x[l]);
    return x;
#endif
}

/* The logistic function, by its identity with tanh. */
INLINE vec NAME(sigmoid)(vec x) { return (REAL)0.5 + (REAL)0.5 * NAME(tanh)((REAL)0.5 * x); }

/* -------------------------------------------------------------------------------------- products */

/* A matrix of any size is cut into blocks, as equal as can be, whose accumulators fit into
   registers. */

INLINE int NAME(blocks)(int n, int most) { return (n + most - 1) / most; }
INLINE int NAME(begin)(int n, int blocks, int k) { return (int)((int64_t)n * k / blocks); }

/* Copy a matrix (or, by its strides, its transpose) into the order in which `product` reads it:
   block after block of rows, and in a block column after column; a `hollow` one's diagonal is 0. */
static void NAME(pack)(const REAL *W, int rows, int cols, int row_stride, int col_stride,
                       int hollow, REAL *out) {
    int n = NAME(blocks)(rows, ROWS);
    for (int k = 0; k < n; k++)
        for (int j = 0; j < cols; j++)
            for (int i = NAME(begin)(rows, n, k); i < NAME(begin)(rows, n, k + 1); i++)
                *out++ = hollow && i == j ? 0 : W[(int64_t)i * row_stride + (int64_t)j * col_stride];
}

#define PRODUCT(R)                                                                                 \
    static void NAME(product_##R)(const REAL *W, int cols, const vec *x, const REAL *start,        \
                                  vec *y) {                                                        \
        vec acc[R];                                                                                \
        if (start) for (int i = 0; i < R; i++) acc[i] = NAME(all)(start[i]);                       \
        else for (int i = 0; i < R; i++) acc[i] = y[i];                                            \
        do {                                                                                       \
            vec xj = *x;                                                                           \
            for (int i = 0; i < R; i++) acc[i] += NAME(all)(W[i]) * xj;                            \
            x++, W += R;                                                                           \
        } while (--cols);                                                                          \
        for (int i = 0; i < R; i++) y[i] = acc[i];                                                 \
    }
PRODUCT(1) PRODUCT(2) PRODUCT(3) PRODUCT(4) PRODUCT(5)
PRODUCT(6) PRODUCT(7) PRODUCT(8) PRODUCT(9) PRODUCT(10)
#undef PRODUCT

/* y = start + W x, or y += W x where there is no start; W packed, of at least one column. */
static void NAME(product)(const REAL *W, int rows, int cols, const vec *x, const REAL *start,
                          vec *y) {
    static void (*const block[ROWS])(const REAL *, int, const vec *, const REAL *, vec *) = {
        NAME(product_1), NAME(product_2), NAME(product_3), NAME(product_4), NAME(product_5),
        NAME(product_6), NAME(product_7), NAME(product_8), NAME(product_9), NAME(product_10),
    };
    int n = NAME(blocks)(rows, ROWS);
    for (int k = 0; k < n; k++) {
        int i = NAME(begin)(rows, n, k), r = NAME(begin)(rows, n, k + 1) - i;
        block[r - 1](W, cols, x, start ? start + i : 0, y + i);
        W += (int64_t)r * cols;
    }
}

/* Steps whose contributions to a weight gradient are summed: `steps` of them in each of `tiles`
   tiles, d and x at their own distances from step to step and tile to tile, in vectors. */
struct span {
    int tiles, steps;
    const vec *d, *x;
    int64_t d_step, d_tile, x_step, x_tile;
};

#define OUTER(R, C)                                                                                \
    static void NAME(outer_##R##_##C)(struct span n, int ld, vec *out) {                           \
        vec acc[R][C];                                                                             \
        for (int i = 0; i < R; i++)                                                                \
            for (int j = 0; j < C; j++) acc[i][j] = out[i * ld + j];                               \
        for (int tile = 0; tile < n.tiles; tile++) {                                               \
            const vec *d = n.d + tile * n.d_tile, *x = n.x + tile * n.x_tile;                      \
            for (int t = 0; t < n.steps; t++, d += n.d_step, x += n.x_step)                        \
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

/* out[i][j] += Σ d_i x_j over all steps of a span; lanes are summed only at the very end. */
static void NAME(outer)(int rows, int cols, struct span n, vec *out) {
#define ONE(R)                                                                                     \
    {NAME(outer_##R##_1), NAME(outer_##R##_2), NAME(outer_##R##_3), NAME(outer_##R##_4),           \
     NAME(outer_##R##_5)}
    static void (*const block[BLOCK_ROWS][5])(struct span, int, vec *) = {
        ONE(1), ONE(2), ONE(3),
#if BLOCK_ROWS == 5
        ONE(4), ONE(5),
#endif
    };
#undef ONE
    int nr = NAME(blocks)(rows, BLOCK_ROWS), nc = NAME(blocks)(cols, BLOCK_COLS);
    for (int p = 0; p < nr; p++)
        for (int q = 0; q < nc; q++) {
            int i = NAME(begin)(rows, nr, p), r = NAME(begin)(rows, nr, p + 1) - i;
            int j = NAME(begin)(cols, nc, q), c = NAME(begin)(cols, nc, q + 1) - j;
            struct span part = n;
            part.d += i, part.x += j;
            block[r - 1][c - 1](part, cols, out + (int64_t)i * cols + j);
        }
}

/* out[i] += Σ d_i, or Σ d_i x_i where `times` says so; some rows at a time, in registers. */
#define TOGETHER 8
INLINE void NAME(total_some)(int rows, struct span n, int times, vec *out) {
    vec acc[TOGETHER];
    for (int i = 0; i < rows; i++) acc[i] = out[i];
    for (int tile = 0; tile < n.tiles; tile++) {
        const vec *d = n.d + tile * n.d_tile, *x = times ? n.x + tile * n.x_tile : 0;
        for (int t = 0; t < n.steps; t++, d += n.d_step, x += n.x_step)
            for (int i = 0; i < rows; i++)
                acc[i] += times ? d[i] * x[i] : d[i];
    }
    for (int i = 0; i < rows; i++) out[i] = acc[i];
}
static void NAME(total)(int rows, struct span n, int times, vec *out) {
    for (; rows >= TOGETHER; rows -= TOGETHER, n.d += TOGETHER, n.x += TOGETHER, out += TOGETHER)
        NAME(total_some)(TOGETHER, n, times, out);
    for (; rows > 0; rows--, n.d++, n.x++, out++) NAME(total_some)(1, n, times, out);
}

/* ----------------------------------------------------------------------------------------- cells */

/* What one thread works with: a member's weights, and one tile. In time step t the
   tile holds z_t at z + t·M, the gates (later their gradient da) at a + t·G·M, what else the
   backward pass needs at m + t·E·M, s_t at s + t·K and e_t at e + t·N. */
struct work {
    int M, N, K, G, E;
    const REAL *W, *Wt, *C, *Cn, *B, *Bt, *P; /* packed; Wt = Wᵀ, Bt = Bᵀ, P = B⁺ */
    const REAL *bias, *A, *zero;
    vec *z, *a, *m, *s, *e, *x0, *dz, *dc, *dq; /* x0: where a window starts on the data */
};

/* z' = A∘z + W r + C s + h with r = relu(z), kept in m. */
static void NAME(forward_plrnn)(struct work *w, int t) {
    int M = w->M;
    vec *z = w->z + t * M, *r = w->m + t * M, *next = z + M;
    for (int i = 0; i < M; i++) {
        r[i] = (vec)((mask)z[i] & (z[i] > 0));
        next[i] = w->A[i] * z[i] + w->bias[i];
    }
    NAME(product)(w->W, M, M, r, 0, next);
    if (w->K) NAME(product)(w->C, M, w->K, w->s + t * w->K, 0, next);
}

/* da = dz';  dz = A∘da + [z > 0]∘(Wᵀ da). */
static void NAME(backward_plrnn)(struct work *w, int t) {
    int M = w->M;
    vec *z = w->z + t * M, *da = w->a + t * M, *dr = w->dq;
    for (int i = 0; i < M; i++) da[i] = w->dz[i];
    NAME(product)(w->Wt, M, M, da, w->zero, dr);
    for (int i = 0; i < M; i++)
        w->dz[i] = w->A[i] * da[i] + (vec)((mask)dr[i] & (z[i] > 0));
}

/* z' = tanh(W z + C s + b). */
static void NAME(forward_rnn)(struct work *w, int t) {
    int M = w->M;
    vec *z = w->z + t * M, *next = z + M;
    NAME(product)(w->W, M, M, z, w->bias, next);
    if (w->K) NAME(product)(w->C, M, w->K, w->s + t * w->K, 0, next);
    for (int i = 0; i < M; i++) next[i] = NAME(tanh)(next[i]);
}

/* da = dz'∘(1 − z'²);  dz = Wᵀ da. */
static void NAME(backward_rnn)(struct work *w, int t) {
    int M = w->M;
    vec *next = w->z + (t + 1) * M, *da = w->a + t * M;
    for (int i = 0; i < M; i++) da[i] = w->dz[i] * (1 - next[i] * next[i]);
    NAME(product)(w->Wt, M, M, da, w->zero, w->dz);
}

/* i, f, o = σ(a), g = tanh(a), c' = f∘c + i∘g, z' = o∘tanh(c'); m holds c and tanh(c'). */
static void NAME(forward_lstm)(struct work *w, int t) {
    int M = w->M;
    vec *z = w->z + t * M, *a = w->a + t * 4 * M, *c = w->m + t * 2 * M;
    vec *i = a, *f = a + M, *g = a + 2 * M, *o = a + 3 * M, *tc = c + M, *next_c = c + 2 * M;
    NAME(product)(w->W, 4 * M, M, z, w->bias, a);
    if (w->K) NAME(product)(w->C, 4 * M, w->K, w->s + t * w->K, 0, a);
    for (int k = 0; k < M; k++) {
        i[k] = NAME(sigmoid)(i[k]);
        f[k] = NAME(sigmoid)(f[k]);
        g[k] = NAME(tanh)(g[k]);
        o[k] = NAME(sigmoid)(o[k]);
        next_c[k] = f[k] * c[k] + i[k] * g[k];
        tc[k] = NAME(tanh)(next_c[k]);
        z[M + k] = o[k] * tc[k];
    }
}

/* dc' += dz'∘o∘(1 − tanh²c');  da by the derivatives of the gates;  dc = dc'∘f;  dz = Wᵀ da. */
static void NAME(backward_lstm)(struct work *w, int t) {
    int M = w->M;
    vec *a = w->a + t * 4 * M, *c = w->m + t * 2 * M, *tc = c + M, *dz = w->dz, *dc = w->dc;
    vec *i = a, *f = a + M, *g = a + 2 * M, *o = a + 3 * M;
    for (int k = 0; k < M; k++) {
        vec vi = i[k], vf = f[k], vg = g[k], vo = o[k], vt = tc[k];
        vec d = dc[k] + dz[k] * vo * (1 - vt * vt);
        i[k] = d * vg * vi * (1 - vi);
        f[k] = d * c[k] * vf * (1 - vf);
        g[k] = d * vi * (1 - vg * vg);
        o[k] = dz[k] * vt * vo * (1 - vo);
        dc[k] = d * vf;
    }
    NAME(product)(w->Wt, M, 4 * M, a, w->zero, dz);
}

/* r, u = σ(a), q = W_q z + b_q, n = tanh(C_n s + b_n + r∘q), z' = n + u∘(z − n); m holds n. */
static void NAME(forward_gru)(struct work *w, int t) {
    int M = w->M;
    vec *z = w->z + t * M, *a = w->a + t * 3 * M, *n = w->m + t * M;
    vec *r = a, *u = a + M, *q = a + 2 * M;
    const REAL *b_n = w->bias + 3 * M;
    NAME(product)(w->W, 3 * M, M, z, w->bias, a);
    if (w->K) {
        NAME(product)(w->C, 2 * M, w->K, w->s + t * w->K, 0, a);
        NAME(product)(w->Cn, M, w->K, w->s + t * w->K, b_n, n);
    } else for (int k = 0; k < M; k++) n[k] = NAME(all)(b_n[k]);
    for (int k = 0; k < M; k++) {
        r[k] = NAME(sigmoid)(r[k]);
        u[k] = NAME(sigmoid)(u[k]);
        n[k] = NAME(tanh)(n[k] + r[k] * q[k]);
        z[M + k] = n[k] + u[k] * (z[k] - n[k]);
    }
}

/* da = (dr, du, dq) before the gates; m becomes dn before its tanh;  dz = u∘dz' + Wᵀ da. */
static void NAME(backward_gru)(struct work *w, int t) {
    int M = w->M;
    vec *z = w->z + t * M, *a = w->a + t * 3 * M, *n = w->m + t * M, *dz = w->dz;
    vec *r = a, *u = a + M, *q = a + 2 * M;
    for (int k = 0; k < M; k++) {
        vec d = dz[k], vr = r[k], vu = u[k], vn = n[k];
        vec dn = d * (1 - vu) * (1 - vn * vn);
        dz[k] = d * vu;
        u[k] = d * (z[k] - vn) * vu * (1 - vu);
        r[k] = dn * q[k] * vr * (1 - vr);
        q[k] = dn * vr;
        n[k] = dn;
    }
    NAME(product)(w->Wt, M, 3 * M, a, 0, dz);
}

typedef void (*NAME(step))(struct work *, int);
static const NAME(step) NAME(forward)[] = {
    NAME(forward_plrnn), NAME(forward_rnn), NAME(forward_lstm), NAME(forward_gru)};
static const NAME(step) NAME(backward)[] = {
    NAME(backward_plrnn), NAME(backward_rnn), NAME(backward_lstm), NAME(backward_gru)};

/* ------------------------------------------------------------------------------ pseudo-inverses */

/* G⁻¹ of a symmetric positive n×n matrix, in place, by Cholesky; NaN where it is not positive. */
static void NAME(invert)(double *G, int n) {
    for (int j = 0; j < n; j++) { /* G = L Lᵀ, in the lower half */
        for (int k = 0; k < j; k++)
            for (int i = j; i < n; i++) G[i * n + j] -= G[i * n + k] * G[j * n + k];
        double root = sqrt(G[j * n + j]);
        for (int i = j; i < n; i++) G[i * n + j] /= root;
    }
    for (int j = 0; j < n; j++) { /* L⁻¹, in its place */
        G[j * n + j] = 1 / G[j * n + j];
        for (int i = j + 1; i < n; i++) {
            double sum = 0;
            for (int k = j; k < i; k++) sum -= G[i * n + k] * G[k * n + j];
            G[i * n + j] = sum / G[i * n + i];
        }
    }
    for (int i = 0; i < n; i++) /* L⁻ᵀ L⁻¹: row i needs rows from i on only */
        for (int j = 0; j <= i; j++) {
            double sum = 0;
            for (int k = i; k < n; k++) sum += G[k * n + i] * G[k * n + j];
            G[i * n + j] = sum;
        }
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) G[i * n + j] = G[j * n + i];
}

/* out (n×m) += sign · X Y over k terms, every matrix by the distances of its rows and columns. */
struct NAME(matrix) {
    const double *at;
    int row_step, col_step;
};
static void NAME(multiply)(int n, int m, int k, double sign, struct NAME(matrix) X,
                           struct NAME(matrix) Y, double *out) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++)
                sum += X.at[i * X.row_step + l * X.col_step] * Y.at[l * Y.row_step + j * Y.col_step];
            out[i * m + j] += sign * sum;
        }
}
#define MATRIX(at, cols) ((struct NAME(matrix)){at, cols, 1})
#define TRANSPOSED(at, cols) ((struct NAME(matrix)){at, 1, cols})

/* The doubles that belong to one member: B, B⁺, the inverse Gram matrix and room to work. */
struct NAME(inverse) {
    double *B, *P, *I, *Q, *H, *U, *R, *dB;
};
static int64_t NAME(inverse_size)(int M, int N) {
    int n = M < N ? M : N;
    return (int64_t)5 * M * N + 2 * n * n + (int64_t)N * N;
}
static struct NAME(inverse) NAME(inverse_at)(double *at, int M, int N) {
    int n = M < N ? M : N, MN = M * N;
    return (struct NAME(inverse)){at,          at + MN,     at + 2 * MN, at + 2 * MN + n * n,
                                  at + 3 * MN + n * n,      at + 4 * MN + n * n,
                                  at + 4 * MN + n * n + N * N, at + 4 * MN + 2 * n * n + N * N};
}

/* B⁺ (M×N): Bᵀ(BBᵀ)⁻¹ for M ≥ N, (BᵀB)⁻¹Bᵀ for M < N. */
static void NAME(pseudo_inverse)(int M, int N, struct NAME(inverse) w) {
    int wide = M >= N, n = wide ? N : M;
    memset(w.I, 0, sizeof(double) * n * n);
    memset(w.P, 0, sizeof(double) * M * N);
    if (wide) {
        NAME(multiply)(N, N, M, 1, MATRIX(w.B, M), TRANSPOSED(w.B, M), w.I);
        NAME(invert)(w.I, n);
        NAME(multiply)(M, N, N, 1, TRANSPOSED(w.B, M), MATRIX(w.I, N), w.P);
    } else {
        NAME(multiply)(M, M, N, 1, TRANSPOSED(w.B, M), MATRIX(w.B, M), w.I);
        NAME(invert)(w.I, n);
        NAME(multiply)(M, N, M, 1, MATRIX(w.I, M), TRANSPOSED(w.B, M), w.P);
    }
}

/* From Q (M×N), a gradient of B⁺, that of B:  dB = H − B⁺ᵀQB⁺ᵀ − HB⁺B with H = (BBᵀ)⁻¹Qᵀ for
   M ≥ N, and H − B⁺ᵀQB⁺ᵀ − BB⁺H with H = Qᵀ(BᵀB)⁻¹ for M < N. */
static void NAME(through_pseudo_inverse)(int M, int N, struct NAME(inverse) w) {
    int wide = M >= N, n = wide ? N : M;
    memset(w.H, 0, sizeof(double) * M * N);
    memset(w.U, 0, sizeof(double) * N * N);
    memset(w.R, 0, sizeof(double) * n * n);
    if (wide) {
        NAME(multiply)(N, M, N, 1, MATRIX(w.I, N), TRANSPOSED(w.Q, N), w.H);
        NAME(multiply)(N, N, M, 1, MATRIX(w.H, M), MATRIX(w.P, N), w.R);
    } else {
        NAME(multiply)(N, M, M, 1, TRANSPOSED(w.Q, N), MATRIX(w.I, M), w.H);
        NAME(multiply)(M, M, N, 1, MATRIX(w.P, N), MATRIX(w.H, M), w.R);
    }
    memcpy(w.dB, w.H, sizeof(double) * M * N);
    NAME(multiply)(N, N, M, 1, TRANSPOSED(w.P, N), MATRIX(w.Q, N), w.U);
    NAME(multiply)(N, M, N, -1, MATRIX(w.U, N), TRANSPOSED(w.P, N), w.dB);
    if (wide) NAME(multiply)(N, M, N, -1, MATRIX(w.R, N), MATRIX(w.B, M), w.dB);
    else NAME(multiply)(N, M, M, -1, MATRIX(w.B, M), MATRIX(w.R, M), w.dB);
}
#undef MATRIX
#undef TRANSPOSED

/* ------------------------------------------------------------------------------------- workspace */

/* Where things stand in the workspace. Counts are of numbers (weights, gradients) or vectors. */
struct layout {
    int M, N, K, G, E, gated;                       /* gated: rows of C that act on gates */
    int longest, pieces;                            /* steps of a window; parts of a pass */
    int64_t W, Wt, C, B, Bt, P, bias, A, zero, weights; /* of one member, packed */
    int64_t gW, gC, gb, gA, gB, gP, gradients;      /* of one piece, and of the accumulators */
    int64_t z, a, m, s, e, x0, dz, dc, dq, rows;    /* of one thread */
    int64_t at_inverse, at_pieces, at_losses, at_threads, thread_bytes, bytes;
};

/* Short windows fill a buffer of about this many steps before a weight gradient is taken; long
   ones are cut into chunks of it, while these are still in cache. */
#define CHUNK 48

static int NAME(tiles)(const struct pass *p) {
    int tiles = 0;
    for (int k = 0; k < p->groups;) {
        int first = k;
        while (k < p->groups && p->steps[k] == p->steps[first]) k++;
        tiles += NAME(blocks)((k - first) * p->sequences, LANES);
    }
    return tiles;
}

static struct layout NAME(lay)(const struct pass *p) {
    const struct model *o = &p->model;
    int M = o->latent, N = o->variables, K = o->channels, G = GATES[o->cell], E = EXTRA[o->cell];
    struct layout l = {.M = M, .N = N, .K = K, .G = G, .E = E, .gated = GATED(o->cell) * M};
    int64_t steps = 0;
    for (int k = 0; k < p->groups; k++) {
        if (p->steps[k] > l.longest) l.longest = p->steps[k];
        steps += (int64_t)p->steps[k] * p->sequences;
    }
    int tiles = NAME(tiles)(p);
    /* The cut into pieces follows from shapes alone, so sums do not depend on threads. */
    int64_t pieces = steps / LANES / 96;
    l.pieces = pieces < 1 ? 1 : pieces > 8 ? 8 : (int)pieces;
    if (l.pieces > tiles) l.pieces = tiles;

    int64_t n = 0;
#define NEXT(field, count) l.field = n, n += (count)
    NEXT(W, G * M * M); NEXT(Wt, G * M * M); NEXT(C, G * M * K); NEXT(B, N * M); NEXT(Bt, N * M);
    NEXT(P, N * M); NEXT(bias, (G + 1) * M); NEXT(A, M); NEXT(zero, M);
    l.weights = n;
    n = 0;
    NEXT(gW, G * M * M); NEXT(gC, G * M * K); NEXT(gb, (G + 1) * M); NEXT(gA, M); NEXT(gB, N * M);
    NEXT(gP, N * M);
    l.gradients = n;
    n = 0;
    int64_t slots = l.longest + 1 > 3 * CHUNK ? l.longest + 1 : 3 * CHUNK;
    NEXT(z, slots * M); NEXT(a, slots * G * M); NEXT(m, slots * E * M); NEXT(s, slots * K);
    NEXT(e, slots * N); NEXT(x0, CHUNK * N); NEXT(dz, M); NEXT(dc, M); NEXT(dq, M);
    l.rows = n;
#undef NEXT
#define ALIGN(bytes) (((bytes) + 63) / 64 * 64)
    int64_t at = ALIGN(p->members * l.weights * (int64_t)sizeof(REAL));
    l.at_inverse = at;
    at += ALIGN(p->members * NAME(inverse_size)(M, N) * (int64_t)sizeof(double));
    l.at_pieces = at, at += ALIGN(p->members * l.pieces * l.gradients * (int64_t)sizeof(REAL));
    l.at_losses = at, at += ALIGN(p->members * l.pieces * (int64_t)sizeof(double));
    l.at_threads = at;
    l.thread_bytes = l.rows * (int64_t)sizeof(vec) + l.gradients * (int64_t)sizeof(vec);
    l.bytes = at + p->threads * l.thread_bytes;
    return l;
}

static int64_t NAME(workspace_bytes)(const struct pass *p) { return NAME(lay)(p).bytes; }

/* ----------------------------------------------------------------------------- one training pass */

static struct NAME(inverse) NAME(inverse_of)(const struct pass *p, const struct layout *l, int member) {
    double *at = (double *)((char *)p->workspace + l->at_inverse);
    return NAME(inverse_at)(at + member * NAME(inverse_size)(l->M, l->N), l->M, l->N);
}

/* The bias of every gate, and after those the one of the GRU's n: there b_hh acts inside r∘q as a
   gate's, and b_ih outside. Elsewhere the two biases of torch's cells only ever act as a sum. */
static void NAME(biases)(const struct model *o, const REAL *theta, REAL *out) {
    int GM = GATES[o->cell] * o->latent, gated = GATED(o->cell) * o->latent;
    const REAL *b = theta + o->b, *b2 = o->b2 < 0 ? 0 : theta + o->b2;
    for (int i = 0; i < gated; i++) out[i] = b2 ? b[i] + b2[i] : b[i];
    for (int i = gated; i < GM; i++) out[i] = b2[i], out[i + o->latent] = b[i];
}

/* First: pack the weights of a member, and find its B⁺. */
static void NAME(prepare)(const struct pass *p, const struct layout *l, int member) {
    const struct model *o = &p->model;
    int M = l->M, N = l->N, K = l->K, GM = l->G * M, plrnn = o->cell == PLRNN;
    int gated = l->gated;
    const REAL *theta = (const REAL *)p->theta + member * o->size;
    REAL *w = (REAL *)p->workspace + member * l->weights;
    NAME(pack)(theta + o->W, GM, M, M, 1, plrnn, w + l->W);
    NAME(pack)(theta + o->W, M, GM, 1, M, plrnn, w + l->Wt);
    NAME(pack)(theta + o->B, N, M, M, 1, 0, w + l->B);
    NAME(pack)(theta + o->B, M, N, 1, M, 0, w + l->Bt);
    if (K) {
        NAME(pack)(theta + o->C, gated, K, K, 1, 0, w + l->C);
        NAME(pack)(theta + o->C + gated * K, GM - gated, K, K, 1, 0, w + l->C + gated * K);
    }
    NAME(biases)(o, theta, w + l->bias);
    memset(w + l->zero, 0, sizeof(REAL) * M);
    if (plrnn) memcpy(w + l->A, theta + o->A, sizeof(REAL) * M);
    if (p->initial != FORCED) return;
    struct NAME(inverse) inverse = NAME(inverse_of)(p, l, member);
    for (int i = 0; i < M * N; i++) inverse.B[i] = theta[o->B + i];
    NAME(pseudo_inverse)(M, N, inverse);
    REAL *P = (REAL *)inverse.Q; /* where the gradient of B⁺ comes later */
    for (int i = 0; i < M * N; i++) P[i] = (REAL)inverse.P[i];
    NAME(pack)(P, M, N, N, 1, 0, w + l->P);
}

/* Copy the tile's data into it, −x_t into e_t: lane l is window `first + l`, and lanes beyond the
   last window repeat it. `on` is 1 in lanes that count and 0 in the others. */
static void NAME(gather)(const struct pass *p, struct work *w, int member, int first, int count,
                         int steps, vec *on) {
    const REAL *x = (const REAL *)p->x + member * p->member_stride, *s = p->s;
    const int64_t *starts = p->starts + (int64_t)member * p->sequences;
    int M = w->M, N = w->N, K = w->K;
    for (int l = 0; l < LANES; l++) {
        int window = first + (l < count ? l : count - 1);
        int64_t start = starts[window % p->sequences] + p->offsets[window / p->sequences];
        const REAL *from = x + start * N, *input = s + start * K;
        REAL *x0 = (REAL *)w->x0 + l, *e = (REAL *)(w->e + N) + l, *to = (REAL *)w->s + l;
        (*on)[l] = l < count;
        for (int i = 0; i < N; i++) x0[i * LANES] = from[i];
        for (int i = 0; i < steps * N; i++) e[i * LANES] = -from[N + i];
        for (int i = 0; i < steps * K; i++) to[i * LANES] = input[i];
    }
    for (int i = 0; i < M; i++) w->z[i] = (vec){0};
    if (PARTS[p->model.cell] > 1) for (int i = 0; i < M; i++) w->m[i] = (vec){0};
    if (p->initial == FORCED) NAME(product)(w->P, M, N, w->x0, 0, w->z);
    if (p->initial != CARRIED) return;
    int64_t windows = (int64_t)p->groups * p->sequences, parts = PARTS[p->model.cell];
    const REAL *state = (const REAL *)p->state + member * parts * M * windows;
    for (int part = 0; part < parts; part++)
        for (int i = 0; i < M; i++)
            for (int l = 0; l < LANES; l++)
                (part ? w->m : w->z)[i][l] =
                    state[(part * M + i) * windows + first + (l < count ? l : count - 1)];
}

/* Where windows end, for a pass that goes on from there. */
static void NAME(keep)(const struct pass *p, const struct work *w, int member, int first, int count,
                       int steps) {
    int64_t windows = (int64_t)p->groups * p->sequences, parts = PARTS[p->model.cell];
    int M = w->M;
    REAL *last = (REAL *)p->last + member * parts * M * windows;
    for (int part = 0; part < parts; part++) {
        const vec *end = part ? w->m + steps * w->E * M : w->z + steps * M;
        for (int i = 0; i < M; i++)
            for (int l = 0; l < count; l++)
                last[(part * M + i) * windows + first + l] = end[i][l];
    }
}

/* Advance a tile and leave its errors in e; the sum of their squares. */
static double NAME(run_forward)(struct work *w, NAME(step) forward, int steps, vec on) {
    int M = w->M, N = w->N;
    vec squares = {0};
    for (int t = 0; t < steps; t++) {
        forward(w, t);
        vec *e = w->e + (t + 1) * N;
        NAME(product)(w->B, N, M, w->z + (t + 1) * M, 0, e);
        for (int i = 0; i < N; i++) {
            e[i] *= on;
            squares += e[i] * e[i];
        }
    }
    return (double)NAME(sum)(squares);
}

/* Add what some steps, from `first` on, contribute to all weight gradients. */
static void NAME(flush)(const struct layout *l, const struct work *w, enum cell cell, int tiles,
                        int T, int first, int steps, vec *acc) {
    int M = l->M, N = l->N, K = l->K, GM = l->G * M, EM = l->E * M;
    const vec *z = w->z + first * M, *a = w->a + first * GM, *m = w->m + first * EM;
    const vec *s = w->s + first * K, *e = w->e + (first + 1) * N;
    int64_t zt = (T + 1) * M, at = T * GM, mt = (T + 1) * EM, st = T * K, et = (T + 1) * N;
    int gated = l->gated;
    struct span da = {tiles, steps, a, z, GM, at, M, zt};
    if (cell == PLRNN) da.x = m, da.x_step = EM, da.x_tile = mt;
    NAME(outer)(GM, M, da, acc + l->gW);
    NAME(total)(GM, da, 0, acc + l->gb);
    if (cell == PLRNN) {
        struct span az = {tiles, steps, a, z, GM, at, M, zt};
        NAME(total)(M, az, 1, acc + l->gA);
    }
    struct span error = {tiles, steps, e, z + M, N, et, M, zt};
    NAME(outer)(N, M, error, acc + l->gB);
    struct span input = {tiles, steps, a, s, GM, at, K, st};
    if (K) NAME(outer)(gated, K, input, acc + l->gC);
    if (cell == GRU) {
        struct span dn = {tiles, steps, m, s, EM, mt, K, st};
        NAME(total)(M, dn, 0, acc + l->gb + 3 * M);
        if (K) NAME(outer)(M, K, dn, acc + l->gC + gated * K);
    }
}

/* Second: some tiles of one member, from the data to their share of its gradient. */
static void NAME(piece)(const struct pass *p, const struct layout *l, int item, int thread) {
    int member = item / l->pieces, part = item % l->pieces, tiles = NAME(tiles)(p);
    int from = NAME(begin)(tiles, l->pieces, part), to = NAME(begin)(tiles, l->pieces, part + 1);
    enum cell cell = p->model.cell;
    NAME(step) forward = NAME(forward)[cell], backward = NAME(backward)[cell];
    int M = l->M, N = l->N, K = l->K, GM = l->G * M, EM = l->E * M;
    const REAL *weights = (const REAL *)p->workspace + member * l->weights;
    vec *rows = (vec *)((char *)p->workspace + l->at_threads + thread * l->thread_bytes);
    vec *acc = (vec *)(rows + l->rows);
    struct work w = {M, N, K, l->G, l->E, weights + l->W, weights + l->Wt, weights + l->C,
                     weights + l->C + 2 * M * K, weights + l->B, weights + l->Bt, weights + l->P,
                     weights + l->bias, weights + l->A, weights + l->zero, rows + l->z,
                     rows + l->a, rows + l->m, rows + l->s, rows + l->e, rows + l->x0,
                     rows + l->dz, rows + l->dc, rows + l->dq};
    memset(acc, 0, sizeof(vec) * l->gradients);
    double loss = 0;
    for (int k = 0, seen = 0; k < p->groups && seen < to;) { /* runs of windows of equal length */
        int begin = k, T = p->steps[k];
        while (k < p->groups && p->steps[k] == T) k++;
        int windows = (k - begin) * p->sequences, n = NAME(blocks)(windows, LANES);
        int together = NAME(blocks)(CHUNK, T);
        for (int tile = from > seen ? from - seen : 0; tile < n && tile + seen < to;) {
            int many = to - seen - tile < n - tile ? to - seen - tile : n - tile;
            if (many > together) many = together;
            struct work one[CHUNK];
            vec on[CHUNK];
            for (int j = 0; j < many; j++, tile++) {
                struct work *o = one + j;
                *o = w;
                o->z += j * (T + 1) * M, o->a += j * T * GM, o->m += j * (T + 1) * EM;
                o->s += j * T * K, o->e += j * (T + 1) * N, o->x0 += j * N;
                int first = tile * LANES, count = windows - first < LANES ? windows - first : LANES;
                NAME(gather)(p, o, member, begin * p->sequences + first, count, T, &on[j]);
                loss += NAME(run_forward)(o, forward, T, on[j]);
                if (p->last) NAME(keep)(p, o, member, begin * p->sequences + first, count, T);
                for (int i = 0; i < M; i++) w.dz[i] = w.dc[i] = (vec){0};
                int done = T;
                for (int t = T - 1; t >= 0; t--) {
                    NAME(product)(w.Bt, M, N, o->e + (t + 1) * N, 0, w.dz);
                    backward(o, t);
                    if (T >= CHUNK && ((T - t) % CHUNK == 0 || t == 0))
                        NAME(flush)(l, o, cell, 1, T, t, done - t, acc), done = t;
                }
                struct span dx = {1, 1, w.dz, o->x0, 0, 0, 0, 0};
                if (p->initial == FORCED) NAME(outer)(M, N, dx, acc + l->gP);
            }
            if (T < CHUNK) NAME(flush)(l, &w, cell, many, T, 0, T, acc);
        }
        seen += n;
    }
    REAL *out = (REAL *)((char *)p->workspace + l->at_pieces) + item * l->gradients;
    for (int64_t i = 0; i < l->gradients; i++) out[i] = NAME(sum)(acc[i]);
    ((double *)((char *)p->workspace + l->at_losses))[item] = loss;
}

/* Third: sum the shares of a member, always in the same order, into its gradient. */
static void NAME(finish)(const struct pass *p, const struct layout *l, int member) {
    const struct model *o = &p->model;
    int M = l->M, N = l->N, GM = l->G * M, gated = l->gated;
    REAL *shares = (REAL *)((char *)p->workspace + l->at_pieces) + member * l->pieces * l->gradients;
    const double *losses = (double *)((char *)p->workspace + l->at_losses) + member * l->pieces;
    for (int k = 0; k < l->pieces; k++) p->loss[member] += p->scale * losses[k];
    for (int k = 1; k < l->pieces; k++)
        for (int64_t i = 0; i < l->gradients; i++) shares[i] += shares[k * l->gradients + i];
    REAL *g = (REAL *)p->gradient + member * o->size, c = (REAL)(2 * p->scale);
    if (o->cell == PLRNN) {
        for (int i = 0; i < M; i++) shares[l->gW + i * M + i] = 0, g[o->A + i] += c * shares[l->gA + i];
    }
    for (int i = 0; i < GM * M; i++) g[o->W + i] += c * shares[l->gW + i];
    for (int i = 0; i < GM * l->K; i++) g[o->C + i] += c * shares[l->gC + i];
    for (int i = 0; i < GM; i++) {
        g[o->b + i] += c * shares[l->gb + (i < gated ? i : i + M)];
        if (o->b2 >= 0) g[o->b2 + i] += c * shares[l->gb + i];
    }
    for (int i = 0; i < N * M; i++) g[o->B + i] += c * shares[l->gB + i];
    if (p->initial != FORCED) return;
    struct NAME(inverse) inverse = NAME(inverse_of)(p, l, member);
    for (int i = 0; i < M * N; i++) inverse.Q[i] = shares[l->gP + i];
    NAME(through_pseudo_inverse)(M, N, inverse);
    for (int i = 0; i < N * M; i++) g[o->B + i] += c * (REAL)inverse.dB[i];
}

struct NAME(laid_out) {
    const struct pass *p;
    struct layout l;
};

static void NAME(pass_phase)(const void *of, int phase, int item, int thread) {
    const struct NAME(laid_out) *it = of;
    if (phase == 0) NAME(prepare)(it->p, &it->l, item);
    else if (phase == 1) NAME(piece)(it->p, &it->l, item, thread);
    else NAME(finish)(it->p, &it->l, item);
}

static void NAME(run_pass)(const struct pass *p) {
    struct NAME(laid_out) it = {p, NAME(lay)(p)};
    int items[3] = {p->members, p->members * it.l.pieces, p->members};
    parallel(NAME(pass_phase), &it, 3, items, p->threads);
}

/* ----------------------------------------------------------------------------------- free orbits */

/* A single state per member: here the lanes of a vector are units of the state, not windows. */

INLINE vec NAME(dot)(const vec *W, const REAL *u, int n, vec start) {
    vec acc[4] = {start};
    int j = 0;
    for (; j + 4 <= n; j += 4)
        for (int k = 0; k < 4; k++) acc[k] += W[j + k] * u[j + k];
    for (; j < n; j++) acc[0] += W[j] * u[j];
    return (acc[0] + acc[1]) + (acc[2] + acc[3]);
}

/* Column j of block b of a stack of matrices becomes vector (g·blocks + b)·cols + j. */
static void NAME(columns)(const REAL *W, int gates, int M, int cols, int hollow, vec *out) {
    int blocks = NAME(blocks)(M, LANES);
    for (int g = 0; g < gates; g++)
        for (int i = 0; i < M; i++)
            for (int j = 0; j < cols; j++)
                ((REAL *)&out[(g * blocks + i / LANES) * cols + j])[i % LANES] =
                    hollow && i == j ? 0 : W[(int64_t)(g * M + i) * cols + j];
}

static int NAME(orbit_member)(const struct orbit *p, int member) {
    const struct model *o = &p->model;
    enum cell cell = o->cell;
    int M = o->latent, K = o->channels, G = GATES[cell], nb = NAME(blocks)(M, LANES);
    const REAL *theta = (const REAL *)p->theta + member * o->size, *s = p->s;
    int parts = PARTS[cell];
    REAL *state = (REAL *)p->state + (int64_t)member * parts * M;
    REAL *out = (REAL *)p->z + (int64_t)member * p->steps * M;
    int64_t vectors = (int64_t)G * nb * (M + K + 3) + 6 * nb;
    vec *W = aligned_alloc(64, ALIGN(vectors * (int64_t)sizeof(vec)));
    if (!W) return 1;
    memset(W, 0, vectors * sizeof(vec));
    vec *C = W + (int64_t)G * nb * M, *b = C + G * nb * K, *a = b + G * nb, *b_in = a + G * nb;
    vec *A = b_in + nb, *z = A + nb, *c = z + nb, *r = c + nb;
    REAL *bias = (REAL *)(r + nb);
    NAME(columns)(theta + o->W, G, M, M, cell == PLRNN, W);
    if (K) NAME(columns)(theta + o->C, G, M, K, 0, C);
    NAME(biases)(o, theta, bias);
    NAME(columns)(bias, G, M, 1, 0, b);
    NAME(columns)(bias + G * M, 1, M, 1, 0, b_in);
    if (cell == PLRNN) NAME(columns)(theta + o->A, 1, M, 1, 0, A);
    memcpy(z, state, sizeof(REAL) * M);
    if (parts == 2) memcpy(c, state + M, sizeof(REAL) * M);
    for (int t = 0; t < p->steps; t++, out += M, s += K) {
        const REAL *u = (const REAL *)z;
        if (cell == PLRNN) {
            for (int k = 0; k < nb; k++) r[k] = (vec)((mask)z[k] & (z[k] > 0));
            u = (const REAL *)r;
        }
        for (int k = 0; k < G * nb; k++) {
            a[k] = NAME(dot)(W + (int64_t)k * M, u, M, b[k]);
            if (K && k < GATED(cell) * nb) a[k] = NAME(dot)(C + k * K, s, K, a[k]);
        }
        for (int k = 0; k < nb; k++) switch (cell) {
            case PLRNN: z[k] = A[k] * z[k] + a[k]; break;
            case RNN: z[k] = NAME(tanh)(a[k]); break;
            case LSTM: {
                vec i = NAME(sigmoid)(a[k]), f = NAME(sigmoid)(a[nb + k]);
                c[k] = f * c[k] + i * NAME(tanh)(a[2 * nb + k]);
                z[k] = NAME(sigmoid)(a[3 * nb + k]) * NAME(tanh)(c[k]);
                break;
            }
            case GRU: {
                vec n = K ? NAME(dot)(C + (2 * nb + k) * K, s, K, b_in[k]) : b_in[k];
                n = NAME(tanh)(n + NAME(sigmoid)(a[k]) * a[2 * nb + k]);
                z[k] = n + NAME(sigmoid)(a[nb + k]) * (z[k] - n);
            }
            }
        memcpy(out, z, sizeof(REAL) * M);
    }
    memcpy(state, z, sizeof(REAL) * M);
    if (parts == 2) memcpy(state + M, c, sizeof(REAL) * M);
    free(W);
    return 0;
}

static void NAME(orbit_phase)(const void *of, int phase, int item, int thread) {
    (void)phase, (void)thread;
    const struct orbit *p = of;
    p->failed[item] = NAME(orbit_member)(p, item);
}
