// Addresses: 64-bit indices, negative offsets, arrays of pointers, links, pointers kept in memory.
struct Node {
    Node* next;
    int value;
};

extern "C" __global__ void addressing(const int* in, int* const* rows, long long stride, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    const int* end = in + n;
    long long far = (long long)i * stride;
    out[i] = end[-1 - i];
    out[n + i] = *(const int*)((const char*)in + far);
    out[2 * n + i] = rows[i & 1][i / 2];
    out[3 * n + i] = (int)(&in[i] - in) + (int)(((unsigned long long)end - (unsigned long long)in) >> 2);
}

extern "C" __global__ void link(Node* nodes, const int* order, int n) {
    int i = threadIdx.x;
    if (i >= n) return;
    nodes[order[i]].value = i;
    nodes[order[i]].next = i + 1 < n ? &nodes[order[i + 1]] : nullptr;
}

extern "C" __global__ void follow(const Node* first, int* out) {
    int sum = 0, length = 0;
    for (const Node* at = first; at; at = at->next) sum = (sum * 3 + at->value) & 0xffff, ++length;
    out[0] = sum;
    out[1] = length;
}

extern "C" __global__ void spaces(int* out, int* global) {
    __shared__ int shared;
    int local = 1;
    int* pointers[3] = {global, &shared, &local};
    *pointers[1] = 2;
    unsigned found = 0;
    for (int k = 0; k < 3; ++k) {
        unsigned where;
        asm("{ .reg .pred p, q, r; isspacep.global p, %1; isspacep.shared q, %1; isspacep.local r, %1;\n"
            "  selp.u32 %0, 1, 0, p; @q mov.u32 %0, 2; @r mov.u32 %0, 3; }"
            : "=&r"(where)
            : "l"(pointers[k]));
        found = found * 10 + where;
    }
    out[threadIdx.x] = found;
}
