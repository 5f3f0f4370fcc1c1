/* The table of cells. Beside its row here, a cell is its elementwise functions in elementwise.h.

   In every time step each of the gates·M pre-activations is a = W u + C s + b: matrix products,
   the same for all cells. What happens then is elementwise, a matter of one unit at a time.

   A       diagonal matrix: A∘z is added, W acts on u = relu(z) and has no diagonal; u is what is
           kept. Without one, u = z.
   b, b2   biases of a; torch's cells have two, of which only the sum counts, but see `apart`
   gates   of M pre-activations each
   memory  1 where the state holds a c beside z
   kept    1 where the backward pass needs a vector besides z, c and the gates
   apart   1 where C s + b of the last gate is not added to its W z + b2 (the GRU's n and q): it is
           what `kept` holds before the elementwise function, and its derivative after going back
   alone   1 where z' is all there is to the one gate, which then is not stored a second time
   direct  1 where z' depends on z not by W alone: dz' then becomes that part of dz */
#pragma once

#include "fused.h"

#define LIKE_TORCH .W = "W_hh", .C = "W_ih", .b = "b_ih", .b2 = "b_hh"

#define CELLS(ROW)                                                                                 \
    ROW(PLRNN, .A = "A", .W = "W", .C = "C", .b = "h", .gates = 1, .kept = 1, .alone = 1)          \
    ROW(RNN, LIKE_TORCH, .gates = 1, .alone = 1)                                                   \
    ROW(LSTM, LIKE_TORCH, .gates = 4, .memory = 1, .kept = 1)                                      \
    ROW(GRU, LIKE_TORCH, .gates = 3, .kept = 1, .apart = 1, .direct = 1)

#define MOST_GATES 4

#define AS_NUMBER(CELL, ...) CELL,
enum { CELLS(AS_NUMBER) NUMBER_OF_CELLS };
#undef AS_NUMBER

#define AS_ROW(CELL, ...) [CELL] = {.name = #CELL, __VA_ARGS__},
static const struct cell TABLE[] = {CELLS(AS_ROW)};
#undef AS_ROW
