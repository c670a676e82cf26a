#include <pybind11/pybind11.h>

#include <cstdint>

namespace py = pybind11;

static std::int64_t successor(std::int64_t number)
{
    return number + 1;
}

static std::uint64_t byte_sum(const py::buffer &data)
{
    const py::buffer_info view = data.request();
    if (view.itemsize != 1 || view.ndim != 1 || (view.size > 1 && view.strides[0] != 1))
        throw py::value_error("bytes in one piece are needed");
    const auto *bytes = static_cast<const unsigned char *>(view.ptr);
    std::uint64_t total = 0;
    for (py::ssize_t i = 0; i < view.size; i++)
        total += bytes[i];
    return total;
}

PYBIND11_MODULE(bound, module)
{
    module.def("successor", &successor);
    module.def("byte_sum", &byte_sum);
}
