/* Hits in lines of which nothing more is to be told, left out (settled.py); a part of _batch.c. */

#define FARTHEST 4096
#define LONGEST 1000
#define MOST_HITS 100

/* A line, and its hits: those from `at` to `after` of a list. */
typedef struct {
    const char *body;
    Py_ssize_t size, first, last, at, after;
    uint16_t numbers[1 + MOST_HITS]; /* how many, and the first of them */
} Line;

/* 1 when all hits are of plain rules, else 0; -1 with an error set. */
static int are_plain(PyObject *hits, PyObject *plain) {
    const char *is_plain = PyBytes_AsString(plain);
    Py_ssize_t count = PyBytes_Size(plain), number, end;
    if (count > UINT16_MAX) return 0;
    for (Py_ssize_t at = 0; at < PyList_Size(hits); at++) {
        if (read_pair(PyList_GetItem(hits, at), &number, &end) < 0) return -1;
        if (number < 0 || number >= count || !is_plain[number]) return 0;
    }
    return 1;
}

/* Finds the line of a hit's last byte: `first` is behind `last` where it is too long. */
static void find_line(Line *line, Py_ssize_t end) {
    Py_ssize_t place = end > 0 ? end - 1 : 0, size = line->size;
    if (place > size) place = size;
    Py_ssize_t floor = place > FARTHEST ? place - FARTHEST : 0, ceiling = size - place > FARTHEST ? place + FARTHEST : size;
    Py_ssize_t first = place;
    while (first > floor && line->body[first - 1] != '\n') first--;
    const char *newline = memchr(line->body + place, '\n', (size_t)(ceiling - place));
    int is_long = (first == floor && floor > 0 && line->body[first - 1] != '\n') || (newline == NULL && ceiling < size);
    line->first = is_long ? size + 1 : first;
    line->last = is_long ? -1 : newline != NULL ? newline - line->body : size;
}

/* Takes the hits that follow in the same line: 0, or -1 with an error set. */
static int take_hits(Line *line, PyObject *hits) {
    Py_ssize_t number, end;
    line->numbers[0] = 0;
    for (line->after = line->at; line->after < PyList_Size(hits); line->after++) {
        if (read_pair(PyList_GetItem(hits, line->after), &number, &end) < 0) return -1;
        if (line->after == line->at) find_line(line, end);
        else if (end <= line->first || end > line->last + 1) break;
        if (line->numbers[0] < MOST_HITS) line->numbers[++line->numbers[0]] = (uint16_t)number;
    }
    return 0;
}

/* What is remembered of a line, as `_lines` tells it: a new object. */
static PyObject *key_of(const Line *line) {
    Py_ssize_t start = line->first > 0 ? line->first - 1 : 0, stop = line->last < line->size ? line->last + 1 : line->size;
    int is_short = line->first <= line->last && stop - start <= LONGEST && line->after - line->at <= MOST_HITS;
    if (!is_short) return PyBytes_FromStringAndSize(NULL, 0);
    Py_ssize_t head = (1 + line->numbers[0]) * (Py_ssize_t)sizeof *line->numbers;
    PyObject *key = PyBytes_FromStringAndSize(NULL, head + stop - start);
    if (key == NULL) return NULL;
    memcpy(PyBytes_AsString(key), line->numbers, (size_t)head);
    memcpy(PyBytes_AsString(key) + head, line->body + start, (size_t)(stop - start));
    return key;
}

/* 1 when the line is settled, else 0; -1 with an error set. */
static int is_settled(const Line *line, PyObject *settled) {
    PyObject *key = key_of(line);
    if (key == NULL) return -1;
    int is_one = PyBytes_Size(key) ? PySet_Contains(settled, key) : 0;
    Py_DECREF(key);
    return is_one;
}

static int add_key(const Line *line, PyObject *found) {
    PyObject *key = key_of(line);
    if (key == NULL) return -1;
    PyObject *place = PyBytes_Size(key) ? Py_BuildValue("(nn)", line->first, line->last) : NULL;
    int failed = PyBytes_Size(key) && (place == NULL || PyDict_SetItem(found, place, key) < 0);
    Py_XDECREF(place);
    Py_DECREF(key);
    return failed ? -1 : 0;
}

static PyObject *keys_of(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *body, *hits, *plain, *found = PyDict_New();
    if (found == NULL || !PyArg_ParseTuple(arguments, "SO!S", &body, &PyList_Type, &hits, &plain)) goto failed;
    int goes_on = are_plain(hits, plain);
    if (goes_on < 0) goto failed;
    Line line = {.body = PyBytes_AsString(body), .size = PyBytes_Size(body)};
    for (; goes_on && line.at < PyList_Size(hits); line.at = line.after)
        if (take_hits(&line, hits) < 0 || add_key(&line, found) < 0) goto failed;
    return found;
failed:
    Py_XDECREF(found);
    return NULL;
}

static PyObject *unsettled(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *body, *hits, *plain, *settled;
    if (!PyArg_ParseTuple(arguments, "SO!SO!", &body, &PyList_Type, &hits, &plain, &PySet_Type, &settled)) return NULL;
    int goes_on = are_plain(hits, plain);
    if (goes_on <= 0) return goes_on < 0 ? NULL : Py_NewRef(hits);
    Line line = {.body = PyBytes_AsString(body), .size = PyBytes_Size(body)};
    PyObject *left = PyList_New(0);
    for (; left != NULL && line.at < PyList_Size(hits); line.at = line.after) {
        int is_done = take_hits(&line, hits) < 0 ? -1 : is_settled(&line, settled);
        for (Py_ssize_t at = line.at; is_done == 0 && at < line.after; at++)
            if (PyList_Append(left, PyList_GetItem(hits, at)) < 0) is_done = -1;
        if (is_done < 0) Py_CLEAR(left);
    }
    return left;
}
