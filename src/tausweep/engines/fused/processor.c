/* What the processor can run. Python asks the library that runs everywhere, before it loads another. */

#include "fused.h"

PUBLIC const char *tausweep_processor(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
#define HAS __builtin_cpu_supports
    if (HAS("avx2") && HAS("fma")) {
        int all = HAS("avx512f") && HAS("avx512bw") && HAS("avx512dq") && HAS("avx512vl");
        return all ? "avx512" : "avx2";
    }
#endif
    return "generic";
}
