/*
 * A disk that takes its time: loaded before the C library (LD_PRELOAD), it makes each fsync and fdatasync wait before it is done.
 * SHIM_DIR: a folder of files that steer it (steered.h). `milliseconds`: how long each takes. While `hang` is there, each waits until
 * it is gone, and has said so in `log`. While `count` is there, `log` tells of each which process does it, and whether in its main thread.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include "steered.h"

static void wait_for(unsigned long milliseconds) {
  struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
  nanosleep(&time, NULL);
}

static void slow(void) {
  char line[64];
  snprintf(line, sizeof line, "%d %s", getpid(), gettid() == getpid() ? "main" : "other");
  if (flag("count")) say(line);
  wait_for(number("milliseconds", 0));
  if (!flag("hang")) return;
  say("hangs");
  while (flag("hang")) wait_for(5);
}

int fsync(int file) {
  slow();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
  slow();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
