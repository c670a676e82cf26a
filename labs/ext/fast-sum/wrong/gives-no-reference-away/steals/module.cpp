// Steals a reference where it should borrow one: reinterpret_steal is for new ones.
#include <pybind11/pybind11.h>

#include <cstdint>

namespace py = pybind11;

static std::uint64_t byte_sum(py::handle argument)
{
    if (!PyObject_CheckBuffer(argument.ptr()))
        throw py::type_error("byte_sum() needs a buffer of bytes");
    const auto data = py::reinterpret_steal<py::buffer>(argument);

    // Not what data.request() asks for: a stride of one for one-byte items is all that we can read.
    const py::buffer_info view = data.request();
    if (view.itemsize != 1)
        throw py::type_error("byte_sum() needs a buffer of bytes");
    if (view.ndim != 1 || (view.size > 1 && view.strides[0] != 1))
        throw py::value_error("byte_sum() needs one dimension, in one piece");

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
