/* Gets room for its partial sums before it knows whether there is something to sum. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    uint64_t *partial = calloc(256, sizeof *partial), total = 0;

    if (!partial)
        return PyErr_NoMemory();
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    const unsigned char *bytes = view.buf;
    for (Py_ssize_t i = 0; i < view.len; i++)
        partial[bytes[i]]++;
    for (unsigned value = 0; value < 256; value++)
        total += value * partial[value];
    PyBuffer_Release(&view);
    free(partial);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("The sum of the bytes of a buffer.")},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fastsum",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
