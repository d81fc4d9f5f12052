/*
 * The card's own library (SPSecureAPI) for tests, over OpenSSL: one card with one key, RSA or SM2. It counts PINs in a log of its own,
 * locks after a number of wrong ones, and can be pulled, be another program's, hang and crash.
 * SHIM_KEY: its key (PEM). SHIM_CERTIFICATE: its certificate (DER). SHIM_PIN: its PIN. Built with -DBARE it lacks what may be missing,
 * with -DNO_SIGN what has to be there.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include "steered.h"

typedef unsigned int U;
enum { RESET = 50070, READER = 50200, NO_CARD = 51590, WRONG = 51571, LOCKED = 51572, BROKEN = 50000 };

static int opened, accepted;

static U absent(void) {
  if (flag("removed")) { opened = accepted = 0; return NO_CARD; }
  if (flag("rival")) return READER;
  return opened ? 0 : READER;
}
static U give(const void *bytes, size_t size, unsigned char *out, U *length) {
  if (*length < size) return BROKEN;
  memcpy(out, bytes, size);
  *length = (U)size;
  return 0;
}
static U text(const char *value, unsigned char *out, U *length) {
  U code = absent();
  return code ? code : give(value, strlen(value), out, length);
}
static EVP_PKEY *key(void) {
  FILE *file = fopen(getenv("SHIM_KEY"), "r");
  EVP_PKEY *found = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
  if (file) fclose(file);
  return found;
}

U SpcInitEnvEx(void) {
  hang("hang-attach");
  if (flag("removed")) return NO_CARD;
  if (flag("rival")) return READER;
  if (once("reset")) return RESET;
  opened = 1;
  accepted = 0;
  return 0;
}
U SpcClearEnv(void) { opened = accepted = 0; return 0; }
U SpcGetCardID(unsigned char *out, U *length) { return text(flag("other-card") ? "8930000000009" : "8930000000002", out, length); }
U SpcGetSignCert(unsigned char *out, U *length) {
  unsigned char bytes[8192];
  U code = absent();
  FILE *file = code ? NULL : fopen(getenv("SHIM_CERTIFICATE"), "rb");
  if (!file) return code ? code : BROKEN;
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  if (!flag("base64")) return give(bytes, size, out, length);
  unsigned char encoded[12000];
  int wrote = EVP_EncodeBlock(encoded, bytes, (int)size);
  return give(encoded, (size_t)wrote, out, length);
}
U SpcVerifyPIN(unsigned char *pin, U length, U *left) {
  const char *right = getenv("SHIM_PIN");
  U code = absent();
  if (code) return code;
  hang("hang-login");
  unsigned long wrong = number("wrong", 0), limit = number("limit", 3);
  if (wrong >= limit) { say("login locked"); return LOCKED; }
  if (strlen(right) != length || memcmp(right, pin, length) != 0) {
    put("wrong", wrong + 1);
    say("login refused");
    if (flag("third-argument")) *left = (U)(limit - wrong - 1);
    return flag("tries-left") ? (U)(limit - wrong - 1) : WRONG;
  }
  put("wrong", 0);
  say("login accepted");
  if (once("remove-in-login")) { put("removed", 1); return NO_CARD + 1; }
  accepted = 1;
  return 0;
}
static U ready(void) {
  U code = absent();
  if (code) return code;
  hang("hang-sign");
  if (once("crash-sign")) abort();
  if (once("remove-in-sign")) { put("removed", 1); opened = accepted = 0; return NO_CARD; }
  return accepted ? 0 : BROKEN;
}
/* SM2 comes out as the two numbers of 32 bytes, or as DER. */
static U sm2Out(const unsigned char *der, size_t size, unsigned char *out, U *length) {
  unsigned char both[64] = {0};
  const unsigned char *at = der + 2;
  if (flag("der")) return give(der, size, out, length);
  for (int part = 0; part < 2; part++) {
    size_t n = at[1];
    const unsigned char *value = at + 2;
    if (n > 32) { value += n - 32; memcpy(both + 32 * part, value, 32); } else memcpy(both + 32 * part + 32 - n, value, n);
    at += 2 + at[1];
  }
  return give(both, 64, out, length);
}
static U sign(int digested, unsigned char *data, U size, unsigned char *out, U *length) {
  unsigned char made[1024];
  size_t room = sizeof made;
  U code = ready();
  EVP_PKEY *pkey = code ? NULL : key();
  if (!pkey) return code ? code : BROKEN;
  int sm2 = EVP_PKEY_is_a(pkey, "SM2"), good = 0;
  if (digested) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
    good = EVP_PKEY_sign_init(context) > 0 && (sm2 || EVP_PKEY_CTX_set_signature_md(context, EVP_sha1()) > 0) &&
           EVP_PKEY_sign(context, made, &room, data, size) > 0;
    EVP_PKEY_CTX_free(context);
  } else {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = EVP_PKEY_CTX_new(pkey, NULL);
    if (sm2) EVP_PKEY_CTX_set1_id(inner, "1234567812345678", 16);
    EVP_MD_CTX_set_pkey_ctx(context, inner);
    good = EVP_DigestSignInit(context, NULL, sm2 ? EVP_sm3() : EVP_sha1(), NULL, pkey) > 0 &&
           EVP_DigestSign(context, made, &room, data, size) > 0;
    EVP_MD_CTX_free(context);
    EVP_PKEY_CTX_free(inner);
  }
  EVP_PKEY_free(pkey);
  if (!good) return BROKEN;
  return sm2 ? sm2Out(made, room, out, length) : give(made, room, out, length);
}
#ifndef NO_SIGN
U SpcSignData(unsigned char *data, U size, unsigned char *out, U *length) { return sign(0, data, size, out, length); }
#endif
#ifndef BARE
U SpcSignDataNoHash(unsigned char *data, U size, unsigned char *out, U *length) { return sign(1, data, size, out, length); }
U SpcGetCertNo(unsigned char *out, U *length) { return text("03000000000CDE6F", out, length); }
U SpcGetEntID(unsigned char *out, U *length) { return text("4403960000", out, length); }
/* 示例（深圳）有限公司, in GBK. */
U SpcGetEntName(unsigned char *out, U *length) {
  return text("\xca\xbe\xc0\xfd\xa3\xa8\xc9\xee\xdb\xda\xa3\xa9\xd3\xd0\xcf\xde\xb9\xab\xcb\xbe", out, length);
}
/* 口令错误, in GBK. */
char *SpcGetErrMsg(U code) { return code == WRONG ? "\xbf\xda\xc1\xee\xb4\xed\xce\xf3" : "?"; }
#endif
