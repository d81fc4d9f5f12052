/*
 * What the C doubles of cards have in common: SHIM_DIR is a folder of files that steer them, and of what they say themselves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *path(const char *name) {
  static char text[1024];
  snprintf(text, sizeof text, "%s/%s", getenv("SHIM_DIR"), name);
  return text;
}
static int flag(const char *name) { return access(path(name), F_OK) == 0; }
static unsigned long number(const char *name, unsigned long otherwise) {
  FILE *file = fopen(path(name), "r");
  unsigned long value = otherwise;
  if (file) { if (fscanf(file, "%lu", &value) != 1) value = otherwise; fclose(file); }
  return value;
}
static inline void put(const char *name, unsigned long value) {
  FILE *file = fopen(path(name), "w");
  if (file) { fprintf(file, "%lu", value); fclose(file); }
}
static void say(const char *line) {
  FILE *file = fopen(path("log"), "a");
  if (file) { fprintf(file, "%s\n", line); fclose(file); }
}
static inline void hang(const char *name) { if (flag(name)) { say(name); for (;;) pause(); } }
/* Once: the file goes with the first look at it. */
static __attribute__((unused)) int once(const char *name) { return flag(name) && unlink(path(name)) == 0; }
