/* The kernels in double precision. */

#define REAL double
#define INTEGER int64_t
#define SINGLE 0
#define KERNELS kernels_double
#include "kernels.h"
