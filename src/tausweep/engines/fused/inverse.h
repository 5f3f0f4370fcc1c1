/* The pseudo-inverse B⁺, by which windows are put on the data, and the gradient through it; in
   double precision whatever the precision of the rest. */
#pragma once

#include <stdint.h>

/* The doubles that belong to one member: B (N×M), B⁺ = P (M×N), the inverse Gram matrix I, a
   gradient Q of P (M×N) and what becomes of it, dB (N×M); H, U and R are room to work. */
struct inverse {
    double *B, *P, *I, *Q, *H, *U, *R, *dB;
};

/* How many doubles that takes, and its members where `at` is the first of them. */
int64_t inverse_size(int M, int N);
struct inverse inverse_at(double *at, int M, int N);

/* P and I from B: Bᵀ(BBᵀ)⁻¹ for M ≥ N, (BᵀB)⁻¹Bᵀ for M < N. NaN where that does not exist. */
void pseudo_inverse(int M, int N, struct inverse w);

/* dB from Q:  dB = H − B⁺ᵀQB⁺ᵀ − HB⁺B with H = (BBᵀ)⁻¹Qᵀ for M ≥ N, and H − B⁺ᵀQB⁺ᵀ − BB⁺H with
   H = Qᵀ(BᵀB)⁻¹ for M < N. */
void through_pseudo_inverse(int M, int N, struct inverse w);
