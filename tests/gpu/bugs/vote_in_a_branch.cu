// The mask names all lanes; half of them wait elsewhere.
// RUN: grid=1 block=32 in=32 out=32 n=32
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    unsigned votes = 0;
    if (t < 16) {
        votes = __ballot_sync(0xffffffffu, in[t] > 50);  // FAULT: deadlock
    }
    __syncthreads();  // OTHER
    out[t] = votes;
}
