// Memory on the device that frees itself, and calls that are checked.

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime.h"

// ANCHOR: check
inline void check(cudaError_t result, const char* call)
{
    if (result != cudaSuccess) {
        throw std::runtime_error(std::string(call) + ": "
                                 + cudaGetErrorString(result));
    }
}

#define CHECK(call) check(call, #call)
// ANCHOR_END: check

// ANCHOR: buffer
class Buffer {
public:
    explicit Buffer(size_t count)
    {
        void* memory = nullptr;
        CHECK(cudaMalloc(&memory, count * sizeof(float)));
        data_ = static_cast<float*>(memory);
    }
    ~Buffer() { cudaFree(data_); }

    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    Buffer(Buffer&& from) noexcept
        : data_(std::exchange(from.data_, nullptr)) {}
    Buffer& operator=(Buffer&& from) noexcept
    {
        std::swap(data_, from.data_);
        return *this;
    }

    float* data() const { return data_; }

private:
    float* data_ = nullptr;
};
// ANCHOR_END: buffer

// ANCHOR: use
void round_trip(const std::vector<float>& in, std::vector<float>& out)
{
    size_t bytes = in.size() * sizeof(float);
    Buffer first(in.size());
    Buffer second(in.size());
    CHECK(cudaMemcpy(first.data(), in.data(), bytes,
                     cudaMemcpyHostToDevice));
    CHECK(cudaMemcpy(out.data(), first.data(), bytes,
                     cudaMemcpyDeviceToHost));
}
// ANCHOR_END: use

int main()
{
    std::vector<float> in(1000, 1.5f);
    std::vector<float> out(1000);
    try {
        round_trip(in, out);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return out == in ? 0 : 1;
}
