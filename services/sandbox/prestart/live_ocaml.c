/* Linked into OCaml programs (ld --wrap): lines that are written to standard output appear at once. */
#define CAML_INTERNALS
#include <string.h>
#include <caml/mlvalues.h>
#include <caml/memory.h>
#include <caml/io.h>

extern value caml_ml_flush(value channel);
extern value __real_caml_ml_output(value channel, value text, value start, value length);
extern value __real_caml_ml_output_bytes(value channel, value text, value start, value length);
extern value __real_caml_ml_output_char(value channel, value character);

static int endsLine(value channel, value text, value start, value length) {
  return Channel(channel)->fd == 1 && memchr(&Byte(text, Long_val(start)), '\n', (size_t)Long_val(length)) != NULL;
}

value __wrap_caml_ml_output(value channel, value text, value start, value length) {
  CAMLparam1(channel);
  int isLine = endsLine(channel, text, start, length);
  __real_caml_ml_output(channel, text, start, length);
  if (isLine) caml_ml_flush(channel);
  CAMLreturn(Val_unit);
}

value __wrap_caml_ml_output_bytes(value channel, value text, value start, value length) {
  CAMLparam1(channel);
  int isLine = endsLine(channel, text, start, length);
  __real_caml_ml_output_bytes(channel, text, start, length);
  if (isLine) caml_ml_flush(channel);
  CAMLreturn(Val_unit);
}

value __wrap_caml_ml_output_char(value channel, value character) {
  CAMLparam1(channel);
  int isLine = Channel(channel)->fd == 1 && Long_val(character) == '\n';
  __real_caml_ml_output_char(channel, character);
  if (isLine) caml_ml_flush(channel);
  CAMLreturn(Val_unit);
}
