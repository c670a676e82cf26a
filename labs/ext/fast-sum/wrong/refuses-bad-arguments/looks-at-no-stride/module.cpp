// Takes what py::buffer has, whatever it is, for bytes in one piece.
#include <pybind11/pybind11.h>

#include <cstdint>

namespace py = pybind11;

static std::uint64_t byte_sum(const py::buffer &data)
{
    const py::buffer_info view = data.request();
    const auto *bytes = static_cast<const unsigned char *>(view.ptr);
    std::uint64_t total = 0;
    for (py::ssize_t i = 0; i < view.size; i++)
        total += bytes[i];
    return total;
}

PYBIND11_MODULE(fastsum, module)
{
    module.def("byte_sum", &byte_sum, py::arg("data"), "The sum of the bytes of a C-contiguous buffer.");
}
