/* All kernels of one precision: single.c and double.c are this file for REAL numbers, with INTEGER
   the integers of their size. docs/training-engine.md derives the equations, in the letters used
   here: z state, a pre-activations, s input, e = x̂ − x; da is dL/da, and so on. */

#include "vectors.h"
#include "products.h"
#include "elementwise.h"
#include "plan.h"
#include "tile.h"
#include "step.h"
#include "gradients.h"
#include "pass.h"
#include "orbit.h"

const struct kernels KERNELS = {
    .workspace = workspace_bytes,
    .pass = run_pass,
    .orbit = run_orbit,
};
