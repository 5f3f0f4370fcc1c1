/* The elementwise part of every cell, once for windows and orbits: what happens to one unit in one
   time step, forward and back. A cell's row in cells.h says which members of `unit` it uses. */
#pragma once

#include "cells.h"
#include "vectors.h"

/* Forward: `a`, `kept`, `z` and `c` come in as of before the step, and go out as of after it: a as
   whatever the backward pass wants of it. Back: all of them come in as forward left them, with `z`
   and `c` of before and `next` = z' of after the step; `dz`, `dc` come in as derivatives by z', c'
   and go out as those by z, c (for dz: what does not come by W); `a` goes out as da. */
struct unit {
    vec a[MOST_GATES], kept, z, c;
    vec next, dz, dc;
};
typedef void elementwise(struct unit *);

/* z' = a. */
INLINE void PLRNN_forward(struct unit *x) { x->z = x->a[0]; }

/* da = dz'. */
INLINE void PLRNN_backward(struct unit *x) { x->a[0] = x->dz; }

/* z' = tanh(a). */
INLINE void RNN_forward(struct unit *x) { x->z = tanh_of(x->a[0]); }

/* da = dz'∘(1 − z'²). */
INLINE void RNN_backward(struct unit *x) { x->a[0] = x->dz * (1 - x->next * x->next); }

/* i, f, o = σ(a), g = tanh(a), c' = f∘c + i∘g, z' = o∘tanh(c'), with tanh(c') kept. */
INLINE void LSTM_forward(struct unit *x) {
    vec i = sigmoid(x->a[0]), f = sigmoid(x->a[1]), g = tanh_of(x->a[2]);
    x->c = f * x->c + i * g;
    x->kept = tanh_of(x->c);
    vec o = sigmoid(x->a[3]);
    x->z = o * x->kept;
    x->a[0] = i, x->a[1] = f, x->a[2] = g, x->a[3] = o;
}

/* dc' += dz'∘o∘(1 − tanh²c');  da by the derivatives of the gates;  dc = dc'∘f. */
INLINE void LSTM_backward(struct unit *x) {
    vec i = x->a[0], f = x->a[1], g = x->a[2], o = x->a[3], t = x->kept, dz = x->dz;
    vec dc = x->dc + dz * o * (1 - t * t);
    x->a[0] = dc * g * i * (1 - i);
    x->a[1] = dc * x->c * f * (1 - f);
    x->a[2] = dc * i * (1 - g * g);
    x->a[3] = dz * t * o * (1 - o);
    x->dc = dc * f;
}

/* r, u = σ(a), q = W_q z + b_q, n = tanh(C_n s + b_n + r∘q), z' = n + u∘(z − n); n is kept. */
INLINE void GRU_forward(struct unit *x) {
    vec r = sigmoid(x->a[0]), q = x->a[2], n = tanh_of(x->kept + r * q);
    vec u = sigmoid(x->a[1]); /* not before n, for which the next step waits */
    x->z = n + u * (x->z - n);
    x->a[0] = r, x->a[1] = u, x->kept = n;
}

/* da = (dr, du, dq), and dn in what was kept, all before their functions;  dz = u∘dz' and more. */
INLINE void GRU_backward(struct unit *x) {
    vec r = x->a[0], u = x->a[1], q = x->a[2], n = x->kept, dz = x->dz;
    vec dn = dz * (1 - u) * (1 - n * n);
    x->dz = dz * u;
    x->a[1] = dz * (x->z - n) * u * (1 - u);
    x->a[0] = dn * q * r * (1 - r);
    x->a[2] = dn * r;
    x->kept = dn;
}
