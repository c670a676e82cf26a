/* textkit: lines and words of a text, by the C API.
 *
 * This starter can be imported and counts lines most of the time. Each TODO is a place where a promise is empty. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *count_lines(PyObject *Py_UNUSED(module), PyObject *text)
{
    /* TODO: what comes back for an argument that is no text? */
    const char *at = PyUnicode_AsUTF8(text);
    long lines = 0;
    /* TODO: which character may stand in a str, and ends a string of C? */
    for (; *at; at++)
        if (*at == '\n')
            lines++;
    return PyLong_FromLong(lines);
}

static PyObject *longest_line(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(text))
{
    /* TODO: in which unit is a line the longest, and which call cuts a str in that unit? */
    PyErr_SetString(PyExc_NotImplementedError, "longest_line");
    return NULL;
}

static PyObject *tally(PyObject *Py_UNUSED(module), PyObject *words)
{
    PyObject *iterator = PyObject_GetIter(words), *word;
    PyObject *counts = PyDict_New();
    while ((word = PyIter_Next(iterator)) != NULL) {
        /* TODO: count it. Which of these objects are yours, and which of these calls can fail? */
    }
    /* TODO: how did the loop end, and who still holds what? */
    return counts;
}

static PyMethodDef methods[] = {
    {"count_lines", count_lines, METH_O, "The number of newlines in a text."},
    {"longest_line", longest_line, METH_O, "The first of the lines with the most characters."},
    {"tally", tally, METH_O, "How often each word comes."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "textkit",
    .m_doc = "Lines and words of a text.",
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_textkit(void)
{
    return PyModuleDef_Init(&definition);
}
