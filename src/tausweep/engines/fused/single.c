/* The kernels in single precision. */

#define REAL float
#define INTEGER int32_t
#define SINGLE 1
#define KERNELS kernels_single
#include "kernels.h"
