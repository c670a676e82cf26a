/* The sum of a row of doubles, in whatever object they lie. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

// ANCHOR: is_double
/* Whether the elements are doubles of this machine. */
static int is_double(const Py_buffer *data)
{
    const char *format = data->format;
    if (format == NULL) // means unsigned bytes
        return 0;
    if (*format == '@')
        format++;
    return strcmp(format, "d") == 0;
}
// ANCHOR_END: is_double

// ANCHOR: total
static PyObject *total(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer data;
    if (PyObject_GetBuffer(arg, &data, PyBUF_STRIDED_RO | PyBUF_FORMAT) < 0)
        return NULL;
    if (data.ndim != 1 || !is_double(&data)) {
        PyBuffer_Release(&data);
        PyErr_SetString(PyExc_TypeError, "one dimension of float64 is needed");
        return NULL;
    }
    const char *at = data.buf;
    double sum = 0;
    for (Py_ssize_t i = 0; i < data.shape[0]; i++) {
        double element;
        memcpy(&element, at + i * data.strides[0], sizeof element);
        sum += element;
    }
    PyBuffer_Release(&data);
    return PyFloat_FromDouble(sum);
}
// ANCHOR_END: total

static PyMethodDef methods[] = {
    {"total", total, METH_O, "The sum of the elements."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "total", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_total(void)
{
    return PyModuleDef_Init(&definition);
}
