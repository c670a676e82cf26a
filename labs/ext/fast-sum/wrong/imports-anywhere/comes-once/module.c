/* Sets itself up once in a process, and is empty the next time. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static uint64_t sum(const unsigned char *bytes, Py_ssize_t length)
{
    uint64_t total = 0;
    for (Py_ssize_t i = 0; i < length; i++)
        total += bytes[i];
    return total;
}

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;

    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    uint64_t total = sum(view.buf, view.len);
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("The sum of the bytes of a buffer.")},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    static int is_ready;

    if (is_ready)
        return 0;
    is_ready = 1;
    return PyModule_AddFunctions(module, methods);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fastsum",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
