/* A table for all modules of this name, freed by the first that goes. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

static uint64_t *partial;

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;

    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    const unsigned char *bytes = view.buf;
    uint64_t total = 0;
    memset(partial, 0, 256 * sizeof *partial);
    for (Py_ssize_t i = 0; i < view.len; i++)
        partial[bytes[i]]++;
    for (unsigned value = 0; value < 256; value++)
        total += value * partial[value];
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("The sum of the bytes of a buffer.")},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *Py_UNUSED(module))
{
    if (!partial)
        partial = PyMem_Calloc(256, sizeof *partial);
    return partial ? 0 : -1;
}

static void forget(void *Py_UNUSED(module))
{
    PyMem_Free(partial);
    partial = NULL;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fastsum",
    .m_methods = methods,
    .m_slots = slots,
    .m_free = forget,
};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
