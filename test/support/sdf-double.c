/*
 * An HSM's library by GM/T 0018 for tests, over OpenSSL: one key at number 3, RSA or SM2. It counts passwords in a log of its own, locks after
 * a number of wrong ones, loses sessions and rights, hangs and crashes.
 * SHIM_KEY: its key (PEM). SHIM_PIN: its password. Built with -DFIXED=<bytes> its RSA structures have numbers of so many bytes, else they
 * are packed; with -DEXTENDED SDF_InternalSign_ECC has the algorithm as a further argument; with -DWITH_PATH or -DWITH_INI the device
 * is opened by the vendor's settings alone; with -DNO_SIGN the functions that sign are missing.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include "steered.h"

typedef unsigned int U;
enum { BASE = 0x01000000, NOT_SUPPORTED = BASE + 2, COMMFAIL = BASE + 3, OPENDEVICE = BASE + 5, OPENSESSION = BASE + 6, PARDENY = BASE + 7,
       KEYNOTEXIST = BASE + 8, ALGNOTSUPPORT = BASE + 9, SKOPERR = BASE + 12, KEYTYPEERR = BASE + 20, INDEX = 3 };
enum { DEVICE = 0x5d000000, SESSION = 0x5e000000 };

static U devices, sessions;
static int allowed;

static EVP_PKEY *key(void) {
  FILE *file = fopen(getenv("SHIM_KEY"), "r");
  EVP_PKEY *found = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
  if (file) fclose(file);
  return found;
}
static int device(void **place) {
  hang("hang-attach");
  if (flag("away")) return OPENDEVICE;
  if (devices != 0) return OPENDEVICE; /* One handle a process. */
  say("device opened");
  devices = 1;
  *place = (void *)(size_t)DEVICE;
  return 0;
}
int SDF_OpenDevice(void **place) {
#if defined(WITH_PATH) || defined(WITH_INI)
  return OPENDEVICE;
#else
  if (flag("ini-here") && access("vendor.ini", F_OK) != 0) return OPENDEVICE;
  return device(place);
#endif
}
#ifdef WITH_PATH
int SDF_OpenDeviceWithPath(char *where, void **place) { return access(where, F_OK) == 0 ? device(place) : OPENDEVICE; }
#endif
#ifdef WITH_INI
int SDF_OpenDeviceEx(void **place, char *where, void *more) { return !more && access(where, F_OK) == 0 ? device(place) : OPENDEVICE; }
#endif
int SDF_CloseDevice(void *handle) { devices = 0; return handle == (void *)(size_t)DEVICE ? 0 : COMMFAIL; }
int SDF_OpenSession(void *handle, void **place) {
  if (handle != (void *)(size_t)DEVICE) return OPENSESSION;
  allowed = 0;
  *place = (void *)(size_t)(SESSION + ++sessions);
  return 0;
}
int SDF_CloseSession(void *handle) { allowed = 0; return 0; }

static int good(void *session, U index) {
  if (session != (void *)(size_t)(SESSION + sessions) || flag("away")) return COMMFAIL;
  return index == INDEX ? 0 : KEYNOTEXIST;
}
int SDF_GetPrivateKeyAccessRight(void *session, U index, char *password, U length) {
  const char *right = getenv("SHIM_PIN");
  int code = good(session, index);
  if (code) return code;
  hang("hang-login");
  unsigned long wrong = number("wrong", 0), limit = number("limit", 5);
  if (wrong >= limit) { say("login locked"); return 0x01010009; }
  if (strlen(right) != length || memcmp(right, password, length) != 0) {
    put("wrong", wrong + 1);
    say("login refused");
    return PARDENY;
  }
  put("wrong", 0);
  say("login accepted");
  allowed = 1;
  return 0;
}
int SDF_ReleasePrivateKeyAccessRight(void *session, U index) { allowed = 0; return good(session, index); }

/* A number of a key, at the right end of its place. */
static void numberOf(EVP_PKEY *pkey, const char *name, unsigned char *place, int size) {
  BIGNUM *value = NULL;
  EVP_PKEY_get_bn_param(pkey, name, &value);
  BN_bn2binpad(value, place, size);
  BN_free(value);
}
int SDF_ExportSignPublicKey_ECC(void *session, U index, unsigned char *out) {
  int code = good(session, index);
  EVP_PKEY *pkey = code ? NULL : key();
  if (!pkey) return code;
  if (!EVP_PKEY_is_a(pkey, "SM2")) return KEYTYPEERR;
  U bits = 256;
  memset(out, 0, 4 + 128);
  memcpy(out, &bits, 4);
  numberOf(pkey, OSSL_PKEY_PARAM_EC_PUB_X, out + 4, 64);
  numberOf(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, out + 4 + 64, 64);
  EVP_PKEY_free(pkey);
  return 0;
}
int SDF_ExportSignPublicKey_RSA(void *session, U index, unsigned char *out) {
  int code = good(session, index);
  EVP_PKEY *pkey = code ? NULL : key();
  if (!pkey) return code;
  if (!EVP_PKEY_is_a(pkey, "RSA")) return KEYTYPEERR;
  U bits = (U)EVP_PKEY_get_bits(pkey);
#ifdef FIXED
  int modulus = FIXED, exponent = FIXED;
#else
  int modulus = (int)bits / 8, exponent = 4;
#endif
  memcpy(out, &bits, 4);
  numberOf(pkey, OSSL_PKEY_PARAM_RSA_N, out + 4, modulus);
  numberOf(pkey, OSSL_PKEY_PARAM_RSA_E, out + 4 + modulus, exponent);
  EVP_PKEY_free(pkey);
  return 0;
}
#ifndef NO_SIGN
static int ready(void *session, U index) {
  hang("hang-sign");
  if (once("crash-sign")) abort();
  if (once("lost")) sessions++; /* The session that is open is none any more. */
  if (once("right-lost")) allowed = 0;
  int code = good(session, index);
  return code ? code : allowed ? 0 : PARDENY;
}
#ifdef EXTENDED
int SDF_InternalSign_ECC(void *session, U index, U algorithm, unsigned char *data, U size, unsigned char *out) {
  if (algorithm != 0x00020200) return ALGNOTSUPPORT;
#else
int SDF_InternalSign_ECC(void *session, U index, unsigned char *data, U size, unsigned char *out) {
#endif
  unsigned char der[80];
  const unsigned char *at = der;
  size_t room = sizeof der;
  int code = ready(session, index);
  if (code) return code;
  if (size != 32) return SKOPERR;
  EVP_PKEY *pkey = key();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
  int made = EVP_PKEY_sign_init(context) > 0 && EVP_PKEY_sign(context, der, &room, data, size) > 0;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(pkey);
  if (!made) return SKOPERR;
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)room);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 64);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 64, 64);
  ECDSA_SIG_free(signature);
  return 0;
}
int SDF_InternalPrivateKeyOperation_RSA(void *session, U index, unsigned char *in, U size, unsigned char *out, U *length) {
  int code = ready(session, index);
  if (code) return code;
  EVP_PKEY *pkey = key();
  size_t room = *length;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
  int made = EVP_PKEY_decrypt_init(context) > 0 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) > 0 &&
             EVP_PKEY_decrypt(context, out, &room, in, size) > 0;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(pkey);
  *length = (U)room;
  return made ? 0 : SKOPERR;
}
#endif
