/*
 * A PKCS#11 module for tests: SoftHSM2 behind it, and in front of it what SoftHSM2 never does. It counts logins in a log
 * of its own, locks after a number of wrong ones, sets the token's flags, and can be pulled, hang and crash.
 * SHIM_MODULE: the module behind. SHIM_DIR: a folder of files that steer it; see `flag` and `number` below.
 */
#include <dlfcn.h>
#include "steered.h"

typedef unsigned long CK;
typedef struct { unsigned char version[8]; void *function[68]; } List;

enum { INITIALIZE = 0, FINALIZE = 1, GETLIST = 3, SLOTLIST = 4, TOKENINFO = 6, MECHANISMS = 7, OPEN = 12, LOGIN = 18,
       SIGNINIT = 42, SIGN = 43 };
enum { DEVICE_REMOVED = 0x32, PIN_INCORRECT = 0xA0, PIN_LOCKED = 0xA4, SESSION_HANDLE_INVALID = 0xB3,
       TOKEN_NOT_PRESENT = 0xE0 };

static List *real, ours;
/* The card was pulled while this process had sessions: they stay invalid until C_Finalize. */
static int stale;

static int removed(void) { if (flag("removed")) stale = 1; return flag("removed"); }

static CK initialize(void *a) {
  hang("hang-attach");
  return ((CK (*)(void *))real->function[INITIALIZE])(a);
}
static CK finalize(void *a) {
  stale = 0;
  return ((CK (*)(void *))real->function[FINALIZE])(a);
}
static CK slotList(unsigned char present, CK *slots, CK *count) {
  if (removed() && present) { *count = 0; return 0; }
  return ((CK (*)(unsigned char, CK *, CK *))real->function[SLOTLIST])(present, slots, count);
}
static CK tokenInfo(CK slot, unsigned char *info) {
  if (removed()) return TOKEN_NOT_PRESENT;
  CK rv = ((CK (*)(CK, void *))real->function[TOKENINFO])(slot, info);
  if (rv != 0) return rv;
  CK *flags = (CK *)(info + 96);
  CK wrong = number("wrong", 0), limit = number("limit", 3);
  *flags &= ~(CK)0x70000;
  if (!flag("no-flags")) {
    if (wrong > 0) *flags |= 0x10000;
    if (wrong + 1 == limit) *flags |= 0x20000;
    if (wrong >= limit) *flags |= 0x40000;
  }
  if (flag("pinpad")) *flags |= 0x100;
  if (flag("other-card")) memcpy(info + 80, "OTHER-0000000002", 16);
  return 0;
}
static CK mechanisms(CK slot, CK *list, CK *count) {
  CK rv = ((CK (*)(CK, CK *, CK *))real->function[MECHANISMS])(slot, list, count);
  if (rv == 0 && list && flag("only-raw")) {
    CK kept = 0;
    for (CK at = 0; at < *count; at++) if (list[at] != 0x6 && list[at] != 0x40) list[kept++] = list[at];
    *count = kept;
  }
  return rv;
}
static CK openSession(CK slot, CK f, void *a, void *n, CK *session) {
  if (removed()) return TOKEN_NOT_PRESENT;
  return ((CK (*)(CK, CK, void *, void *, CK *))real->function[OPEN])(slot, f, a, n, session);
}
static CK login(CK session, CK user, unsigned char *pin, CK length) {
  unsigned char typed[64];
  if (removed()) return TOKEN_NOT_PRESENT;
  if (stale) return SESSION_HANDLE_INVALID;
  CK wrong = number("wrong", 0), limit = number("limit", 3);
  hang("hang-login");
  if (wrong >= limit) { say("login locked"); return PIN_LOCKED; }
  if (length == 0 && flag("pinpad")) {
    FILE *file = fopen(path("pinpad"), "r");
    length = file ? fread(typed, 1, sizeof typed, file) : 0;
    if (file) fclose(file);
    pin = typed;
  }
  CK rv = ((CK (*)(CK, CK, unsigned char *, CK))real->function[LOGIN])(session, user, pin, length);
  if (rv == PIN_INCORRECT) put("wrong", wrong + 1);
  if (rv == 0) put("wrong", 0);
  say(rv == 0 ? "login accepted" : "login refused");
  if (rv == 0 && flag("remove-in-login")) { unlink(path("remove-in-login")); put("removed", 1); return DEVICE_REMOVED; }
  return rv;
}
/* A vendor's SM2 with SM3, in software: 0x80000B02 takes the data. SHIM_SM2_KEY: the key's file. */
enum { SM2_DATA = 0x80000B02 };
static int sm2;
static CK signSm2(unsigned char *data, CK length, unsigned char *signature, CK *room) {
  char command[4096], in[1100], out[1100];
  snprintf(in, sizeof in, "%s", path("sm2.in"));
  snprintf(out, sizeof out, "%s", path("sm2.out"));
  FILE *file = fopen(in, "w");
  if (!file || fwrite(data, 1, length, file) != length || fclose(file) != 0) return 0x5;
  snprintf(command, sizeof command,
           "openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -inkey '%s' -in '%s' -out '%s'",
           getenv("SHIM_SM2_KEY"), in, out);
  if (system(command) != 0 || !(file = fopen(out, "r"))) return 0x5;
  *room = fread(signature, 1, *room, file);
  fclose(file);
  return 0;
}
static CK signInit(CK session, CK *mechanism, CK key) {
  if (removed() || stale) return SESSION_HANDLE_INVALID;
  sm2 = *mechanism == SM2_DATA;
  if (sm2) return 0;
  return ((CK (*)(CK, void *, CK))real->function[SIGNINIT])(session, mechanism, key);
}
static CK sign(CK session, unsigned char *data, CK length, unsigned char *signature, CK *room) {
  hang("hang-sign");
  if (flag("late-sign")) usleep(1000 * number("late-sign", 0));
  if (flag("crash-sign")) { unlink(path("crash-sign")); abort(); }
  if (flag("remove-in-sign")) { unlink(path("remove-in-sign")); put("removed", 1); stale = 1; return DEVICE_REMOVED; }
  if (sm2) return signSm2(data, length, signature, room);
  return ((CK (*)(CK, void *, CK, void *, CK *))real->function[SIGN])(session, data, length, signature, room);
}

CK C_GetFunctionList(void **list) {
  if (!real) {
    void *library = dlopen(getenv("SHIM_MODULE"), RTLD_NOW);
    if (!library) return 0x5;
    CK (*get)(void **) = (CK (*)(void **))dlsym(library, "C_GetFunctionList");
    if (!get || get((void **)&real) != 0) return 0x5;
    ours = *real;
    ours.function[INITIALIZE] = initialize;
    ours.function[FINALIZE] = finalize;
    ours.function[GETLIST] = C_GetFunctionList;
    ours.function[SLOTLIST] = slotList;
    ours.function[TOKENINFO] = tokenInfo;
    ours.function[MECHANISMS] = mechanisms;
    ours.function[OPEN] = openSession;
    ours.function[LOGIN] = login;
    ours.function[SIGNINIT] = signInit;
    ours.function[SIGN] = sign;
  }
  *list = &ours;
  return 0;
}
