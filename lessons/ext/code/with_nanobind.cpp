// The sum of bytes, with nanobind.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <numeric>

namespace nb = nanobind;

// ANCHOR: byte_sum
using Bytes = nb::ndarray<const std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

static std::uint64_t byte_sum(Bytes data)
{
    nb::gil_scoped_release released;
    return std::accumulate(data.data(), data.data() + data.size(), std::uint64_t{0});
}

NB_MODULE(with_nanobind, module)
{
    module.def("byte_sum", &byte_sum, nb::arg("data"));
}
// ANCHOR_END: byte_sum
