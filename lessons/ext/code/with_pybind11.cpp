// The sum of bytes, with pybind11.

#include <pybind11/pybind11.h>

#include <cstdint>
#include <numeric>

namespace py = pybind11;

// ANCHOR: byte_sum
static std::uint64_t byte_sum(py::buffer data)
{
    py::buffer_info info = data.request();
    if (info.ndim != 1 || info.itemsize != 1 || info.strides[0] != 1)
        throw py::type_error("contiguous bytes are needed");
    auto first = static_cast<const std::uint8_t *>(info.ptr);
    py::gil_scoped_release released;
    return std::accumulate(first, first + info.size, std::uint64_t{0});
}

PYBIND11_MODULE(with_pybind11, module)
{
    module.def("byte_sum", &byte_sum, py::arg("data"));
}
// ANCHOR_END: byte_sum
