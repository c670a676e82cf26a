// Structures: by value as a parameter, in arrays, returned by functions, with padding.
struct Settings {
    int n;
    float scale;
    double offset;
    char sign;
    short table[3];
};

struct Particle {
    float x, y;
    char kind;
    double mass;
};

__device__ __noinline__ Particle moved(Particle p, float dx) {
    p.x += dx;
    p.y -= dx;
    return p;
}

extern "C" __global__ void structs(Settings settings, const Particle* in, Particle* out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= settings.n) return;
    Particle p = moved(in[i], settings.scale);
    p.mass = p.mass + settings.offset;
    p.kind = settings.sign == '-' ? -p.kind : p.kind;
    p.x += settings.table[i % 3];
    out[i].x = p.x;
    out[i].y = p.y;
    out[i].kind = p.kind;
    out[i].mass = p.mass;
}
