// The owner of a lock asks for it again.
// RUN: grid=1 block=1 in=1 out=1 n=1 zeroed
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    for (int k = 0; k < 2; ++k) {
        while (atomicCAS(out, 0, 1) != 0) {}  // FAULT: endless
    }
}
