// A lane takes part in a vote whose mask does not name it.
// RUN: grid=1 block=32 in=32 out=32 n=32
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    int t = threadIdx.x;
    unsigned votes = __ballot_sync(0x0000ffffu, in[t] > 50);  // FAULT: inactive-lane
    out[t] = votes;
}
