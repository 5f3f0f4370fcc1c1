#include "inverse.h"

#include <math.h>
#include <string.h>

int64_t inverse_size(int M, int N) {
    int64_t n = M < N ? M : N;
    return (int64_t)5 * M * N + 2 * n * n + (int64_t)N * N;
}

struct inverse inverse_at(double *at, int M, int N) {
    int64_t n = M < N ? M : N, MN = (int64_t)M * N;
    struct inverse w;
    w.B = at, at += MN;
    w.P = at, at += MN;
    w.I = at, at += n * n;
    w.Q = at, at += MN;
    w.H = at, at += MN;
    w.U = at, at += (int64_t)N * N;
    w.R = at, at += n * n;
    w.dB = at;
    return w;
}

/* G⁻¹ of a symmetric positive n×n matrix, in place, by Cholesky; NaN where it is not positive. */
static void invert(double *G, int n) {
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

/* A matrix by the distances of its rows and columns. */
struct matrix {
    const double *at;
    int row_step, col_step;
};
#define MATRIX(at, cols) ((struct matrix){at, cols, 1})
#define TRANSPOSED(at, cols) ((struct matrix){at, 1, cols})

/* out (n×m) += sign · X Y over k terms. */
static void multiply(int n, int m, int k, double sign, struct matrix X, struct matrix Y,
                     double *out) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++)
                sum += X.at[i * X.row_step + l * X.col_step] *
                       Y.at[l * Y.row_step + j * Y.col_step];
            out[i * m + j] += sign * sum;
        }
}

void pseudo_inverse(int M, int N, struct inverse w) {
    int wide = M >= N, n = wide ? N : M;
    memset(w.I, 0, sizeof(double) * n * n);
    memset(w.P, 0, sizeof(double) * M * N);
    if (wide) {
        multiply(N, N, M, 1, MATRIX(w.B, M), TRANSPOSED(w.B, M), w.I);
        invert(w.I, n);
        multiply(M, N, N, 1, TRANSPOSED(w.B, M), MATRIX(w.I, N), w.P);
    } else {
        multiply(M, M, N, 1, TRANSPOSED(w.B, M), MATRIX(w.B, M), w.I);
        invert(w.I, n);
        multiply(M, N, M, 1, MATRIX(w.I, M), TRANSPOSED(w.B, M), w.P);
    }
}

void through_pseudo_inverse(int M, int N, struct inverse w) {
    int wide = M >= N, n = wide ? N : M;
    memset(w.H, 0, sizeof(double) * M * N);
    memset(w.U, 0, sizeof(double) * N * N);
    memset(w.R, 0, sizeof(double) * n * n);
    if (wide) {
        multiply(N, M, N, 1, MATRIX(w.I, N), TRANSPOSED(w.Q, N), w.H);
        multiply(N, N, M, 1, MATRIX(w.H, M), MATRIX(w.P, N), w.R);
    } else {
        multiply(N, M, M, 1, TRANSPOSED(w.Q, N), MATRIX(w.I, M), w.H);
        multiply(M, M, N, 1, MATRIX(w.P, N), MATRIX(w.H, M), w.R);
    }
    memcpy(w.dB, w.H, sizeof(double) * M * N);
    multiply(N, N, M, 1, TRANSPOSED(w.P, N), MATRIX(w.Q, N), w.U);
    multiply(N, M, N, -1, MATRIX(w.U, N), TRANSPOSED(w.P, N), w.dB);
    if (wide) multiply(N, M, N, -1, MATRIX(w.R, N), MATRIX(w.B, M), w.dB);
    else multiply(N, M, M, -1, MATRIX(w.B, M), MATRIX(w.R, M), w.dB);
}
