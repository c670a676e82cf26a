/* The module within the package: one function, with a keyword. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static PyObject *byte_sum(PyObject *m, PyObject *args, PyObject *kw)
{
    (void)m;
    static char *names[] = {"data", NULL};
    Py_buffer v;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "y*:byte_sum", names, &v))
        return NULL;
    unsigned long long t = 0;
    const unsigned char *p = v.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < v.len; i++)
        t += p[i];
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&v);
    return Py_BuildValue("K", t);
}
static PyMethodDef methods[] = {
    {"byte_sum", (PyCFunction)(void (*)(void))byte_sum, METH_VARARGS | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fastsum._core",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
