#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static PyObject *successor(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long long number = PyLong_AsLongLong(argument);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    if (number == LLONG_MAX) {
        PyErr_SetString(PyExc_OverflowError, "it has none in 64 bits");
        return NULL;
    }
    return PyLong_FromLongLong(number + 1);
}

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_buffer view;
    uint64_t total = 0;
    if (PyObject_GetBuffer(argument, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    const unsigned char *bytes = view.buf;
    Py_ssize_t length = view.len;
    for (Py_ssize_t i = 0; i < length; i++)
        total += bytes[i];
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"successor", successor, METH_O, NULL},
    {"byte_sum", byte_sum, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "bound",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_bound(void)
{
    return PyModuleDef_Init(&definition);
}
