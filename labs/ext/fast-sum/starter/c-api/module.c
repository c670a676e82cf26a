/* fastsum: the sum of the bytes of a buffer, by the C API.
 *
 * This starter can be imported, and is right for short texts of ASCII. Each TODO is a promise that is still empty. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;

    /* TODO: this can fail. What does it leave behind then, and what do you return? */
    PyObject_GetBuffer(data, &view, PyBUF_STRIDED_RO);
    /* TODO: what did you ask for, and what are you told about strides and items? */

    /* TODO: how large can a byte be, how large the sum, and how long the buffer? */
    char *bytes = view.buf;
    int total = 0;
    for (int i = 0; i < view.len; i++)
        total += bytes[i];

    /* TODO: who waits for this buffer? */
    return PyLong_FromLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("The sum of the bytes of a C-contiguous buffer.")},
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
