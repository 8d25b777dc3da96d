/* The head of a commit read into a row, for _heads.c. Its bytes come from strangers. */

#ifndef IRKIT_HEADS_ROWS_H
#define IRKIT_HEADS_ROWS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ID 20
#define COMMIT 1 /* the kind of a commit, as in the head of an entry */
#define NUMBER 4
#define FIXED (4 + 8 + ID) /* of a row: the count, the time and the tree */
#define MOST_DIGITS 18
#define MOST_PARENTS 65535
#define NONE UINT32_MAX

/* ---- reading ---- */

typedef struct {
    const char *at, *end;
} Text;

static int value_of(char digit) {
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Reads a line ``name id``, and moves on; 0 where there is none. */
static int read_id_line(Text *text, const char *name, unsigned char id[ID]) {
    size_t length = strlen(name);
    if ((size_t)(text->end - text->at) < length + 2 * ID + 1 || memcmp(text->at, name, length) != 0) return 0;
    const char *digits = text->at + length;
    for (int each = 0; each < ID; each++) {
        int high = value_of(digits[2 * each]), low = value_of(digits[2 * each + 1]);
        if (high < 0 || low < 0) return 0;
        id[each] = (unsigned char)(high << 4 | low);
    }
    if (digits[2 * ID] != '\n') return 0;
    text->at = digits + 2 * ID + 1;
    return 1;
}

/* Reads a line that begins so, without its line end, and moves on; 0 where there is none. */
static int read_line(Text *text, const char *name, Text *line) {
    size_t length = strlen(name);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, name, length) != 0) return 0;
    const char *end = memchr(text->at, '\n', (size_t)(text->end - text->at));
    if (end == NULL) return 0;
    *line = (Text){text->at + length, end};
    text->at = end + 1;
    return 1;
}

/* Reads the time of ``name <address> seconds zone``; 0 where it may be read in more than one way. */
static int read_time(const Text *line, uint64_t *time) {
    const char *at = line->at;
    while (at < line->end && *at != '<' && *at != '>') at++;
    if (at == line->end || *at++ != '<') return 0;
    while (at < line->end && *at != '<' && *at != '>') at++;
    if (at == line->end || *at++ != '>' || at == line->end || *at++ != ' ') return 0;
    const char *digits = at;
    for (*time = 0; at < line->end && *at >= '0' && *at <= '9' && at - digits <= MOST_DIGITS; at++)
        *time = *time * 10 + (uint64_t)(*at - '0');
    if (at == digits || at - digits > MOST_DIGITS || line->end - at < 3 || line->end - at > 8) return 0;
    if (*at++ != ' ' || (*at != '+' && *at != '-')) return 0;
    for (at++; at < line->end; at++)
        if (*at < '0' || *at > '9') return 0;
    return 1;
}

/* ---- rows ---- */

typedef struct {
    unsigned char *data;
    size_t size, room;
} Rows;

/* Room for more bytes; NULL with an error set. They count once the size has grown. */
static unsigned char *room_for(Rows *rows, size_t more) {
    if (rows->size + more > rows->room) {
        size_t room = 2 * rows->room + more + 4096;
        unsigned char *moved = realloc(rows->data, room);
        if (moved == NULL) return (unsigned char *)PyErr_NoMemory();
        rows->data = moved, rows->room = room;
    }
    return rows->data + rows->size;
}

/* Adds the row of a commit; nothing where its head is odd. -1 with an error set. */
static int add_row(Rows *rows, uint32_t number, const char *body, Py_ssize_t size) {
    Text text = {body, body + size}, line;
    unsigned char tree[ID], parent[ID];
    uint32_t count = 0;
    uint64_t time;
    if (!read_id_line(&text, "tree ", tree)) return 0;
    Text at = text;
    while (read_id_line(&text, "parent ", parent)) count++;
    if (count > MOST_PARENTS || !read_line(&text, "author ", &line) || !read_line(&text, "committer ", &line)) return 0;
    if (!read_time(&line, &time)) return 0;
    unsigned char *row = room_for(rows, NUMBER + FIXED + (size_t)count * ID);
    if (row == NULL) return -1;
    memcpy(row, &number, NUMBER), memcpy(row + NUMBER, &count, 4), memcpy(row + NUMBER + 4, &time, 8);
    memcpy(row + NUMBER + 12, tree, ID);
    for (uint32_t each = 0; each < count; each++) read_id_line(&at, "parent ", row + NUMBER + FIXED + each * ID);
    rows->size += NUMBER + FIXED + (size_t)count * ID;
    return 0;
}

#endif
