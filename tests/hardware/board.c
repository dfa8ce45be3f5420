// A board in a process: the compiled image in simavr, with a serial line as the chip has it and a strip decoded from
// its pin. simavr's own serial line cannot be used: it buffers 64 bytes and never loses one, which hides the very
// problem a WS2812 board has. Everything of a board is in its own struct, so several boards can live side by side.
//
// Left out: the 4 cycles of entering an interrupt, electrical levels, the USB bridge, the boot loader.
#include <simavr/avr_adc.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK 16000000ULL
#define SREG_I 7
#define SP_LOW 0x5D
#define UDR_IO AVR_DATA_TO_IO(uart->r_udr)

typedef struct {
  uint64_t first, last;  // cycle of the first rising edge, of the last falling edge
  uint32_t at, length;   // where its bytes lie in `bytes`
  uint8_t whole;         // were its bits a multiple of eight?
} frame_t;

typedef struct {
  uint8_t *data;
  size_t length, room, taken;
} buffer_t;

typedef struct board {
  avr_t *avr;
  avr_uart_t *uart;
  double byte_cycles;  // of the host's line, whatever the chip's own divisor says
  uint64_t cycles_seen, udre_seen;

  // from the host to the chip
  buffer_t to_chip;
  int receiving;       // a byte is on the line
  double byte_ends, next_start;
  uint8_t fifo[2];
  int fifo_count, shift_full;
  uint8_t shift;
  uint64_t lost;

  // from the chip to the host
  buffer_t to_host;
  uint64_t *arrives;   // cycle at which each byte is whole at the host
  double line_free;

  // the strip
  uint64_t latch_cycles, rose, fell;
  int level, in_frame;
  uint8_t driven, levels;  // inputs of port D that something outside holds
  uint32_t millivolts[8];
  uint32_t bits;
  uint8_t byte;
  buffer_t bytes;
  frame_t *frames;
  size_t frame_count, frame_room;
  uint64_t bad_bits;
  uint32_t zero_longest, one_shortest, low_longest;

  // what the chip did
  uint64_t masked_since, masked_longest;
  int interrupts_used;
  uint16_t stack_lowest;
  int crashed;
} board_t;

static void append(buffer_t *b, const uint8_t *data, size_t length) {
  if (b->length + length > b->room) {
    b->room = 2 * (b->length + length) + 64;
    b->data = realloc(b->data, b->room);
  }
  memcpy(b->data + b->length, data, length);
  b->length += length;
}

// ---- serial line, host to chip: two bytes wait in the chip, a third in its shift register; the next start bit kills
// ---- the one in the shift register (ATmega328P datasheet, section "Data overrun")

static void raise_received(board_t *b) {
  if (b->fifo_count) avr_raise_interrupt(b->avr, &b->uart->rxc);
}

static uint8_t read_udr(avr_t *avr, avr_io_addr_t addr, void *param) {
  board_t *b = param;
  (void)avr;
  (void)addr;
  uint8_t value = b->fifo[0];
  if (b->fifo_count) {
    b->fifo[0] = b->fifo[1];
    b->fifo_count--;
    if (b->shift_full) {
      b->fifo[b->fifo_count++] = b->shift;
      b->shift_full = 0;
    }
  }
  avr_clear_interrupt(b->avr, &b->uart->rxc);
  avr_regbit_clear(b->avr, b->uart->rxc.raised);  // simavr keeps it up: the vector is "sticky"
  raise_received(b);
  return value;
}

static void line_to_chip(board_t *b) {
  uint64_t now = b->avr->cycle;
  if (b->receiving && now >= b->byte_ends) {
    b->receiving = 0;
    uint8_t byte = b->to_chip.data[b->to_chip.taken++];
    if (!avr_regbit_get(b->avr, b->uart->rxen)) {
    } else if (b->fifo_count < 2) {
      b->fifo[b->fifo_count++] = byte;
      raise_received(b);
    } else {
      b->shift = byte;
      b->shift_full = 1;
    }
  }
  if (!b->receiving && b->to_chip.taken < b->to_chip.length && now >= b->next_start) {
    if (b->shift_full) {
      b->lost++;
      b->shift_full = 0;
    }
    double start = (double)now - b->next_start > 64 ? (double)now : b->next_start;  // carry the fraction on
    b->receiving = 1;
    b->byte_ends = b->next_start = start + b->byte_cycles;
  }
}

// ---- chip to host

static void sent_by_chip(struct avr_irq_t *irq, uint32_t value, void *param) {
  board_t *b = param;
  (void)irq;
  uint8_t byte = value;
  double start = b->line_free > b->avr->cycle ? b->line_free : b->avr->cycle;
  b->line_free = start + b->byte_cycles;
  append(&b->to_host, &byte, 1);
  b->arrives = realloc(b->arrives, b->to_host.room * sizeof *b->arrives);
  b->arrives[b->to_host.length - 1] = (uint64_t)b->line_free;
}

// simavr counts a parity bit that is not sent, and may leave UDRE clear for firmware that polls it
static void mend_uart(board_t *b) {
  avr_uart_t *uart = b->uart;
  if (uart->cycles_per_byte != b->cycles_seen) b->cycles_seen = uart->cycles_per_byte = uart->cycles_per_byte * 10 / 11;
  if (avr_regbit_get(b->avr, uart->udrc.raised)) b->udre_seen = b->avr->cycle;
  else if (b->avr->cycle > b->udre_seen + 2 * b->byte_cycles) avr_regbit_set(b->avr, uart->udrc.raised);
}

// ---- the strip

static void end_of_frame(board_t *b) {
  if (!b->in_frame) return;
  b->in_frame = 0;
  frame_t *f = &b->frames[b->frame_count - 1];
  f->last = b->fell;
  f->length = b->bytes.length - f->at;
  f->whole = b->bits % 8 == 0;
}

static void begin_of_frame(board_t *b) {
  if (b->frame_count == b->frame_room) {
    b->frame_room = 2 * b->frame_room + 64;
    b->frames = realloc(b->frames, b->frame_room * sizeof *b->frames);
  }
  frame_t *f = &b->frames[b->frame_count++];
  memset(f, 0, sizeof *f);
  f->first = b->avr->cycle;
  f->at = b->bytes.length;
  b->in_frame = 1;
  b->bits = 0;
}

static void one_bit(board_t *b, uint32_t high) {
  int bit = high > 9;
  if (high < 3 || high > 16) b->bad_bits++;
  if (bit && high < b->one_shortest) b->one_shortest = high;
  if (!bit && high > b->zero_longest) b->zero_longest = high;
  b->byte = b->byte << 1 | bit;
  if (++b->bits % 8 == 0) append(&b->bytes, &b->byte, 1);
}

static void data_pin(struct avr_irq_t *irq, uint32_t value, void *param) {
  board_t *b = param;
  (void)irq;
  if ((int)value == b->level) return;
  b->level = value;
  uint64_t now = b->avr->cycle;
  if (!value) {
    b->fell = now;
    if (b->in_frame) one_bit(b, now - b->rose);
    return;
  }
  uint64_t low = now - b->fell;
  if (b->in_frame && low >= b->latch_cycles) end_of_frame(b);
  if (!b->in_frame) begin_of_frame(b);
  else if (low > b->low_longest) b->low_longest = low;
  b->rose = now;
}

// ---- what tests call

static void silent(struct avr_t *avr, const int level, const char *format, va_list ap) {
  (void)avr;
  (void)level;
  (void)format;
  (void)ap;
}

static avr_irq_t *pin_irq(board_t *b, char port, int pin) {
  return avr_io_getirq(b->avr, AVR_IOCTL_IOPORT_GETIRQ(port), pin);
}

static void wire(board_t *b) {
  avr_uart_t *uart = b->uart;
  b->avr->io[UDR_IO].r.c = read_udr;
  b->avr->io[UDR_IO].r.param = b;
  uint32_t flags = 0;
  avr_ioctl(b->avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
}

// Each write to the port sets its inputs anew, to what is declared as outside; without that, to the pull-up.
void board_pin(board_t *b, char port, int pin, int level) {
  b->driven |= 1 << pin;
  b->levels = (b->levels & ~(1 << pin)) | !!level << pin;
  avr_ioport_external_t outside = {.name = port, .mask = b->driven, .value = b->levels};
  avr_ioctl(b->avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(port), &outside);
  avr_raise_irq(pin_irq(b, port, pin), level);
}

void board_volts(board_t *b, int channel, uint32_t millivolts) {
  b->millivolts[channel] = millivolts;
  avr_raise_irq(avr_io_getirq(b->avr, AVR_IOCTL_ADC_GETIRQ, channel), millivolts);
}

void board_reset(board_t *b) {
  avr_reset(b->avr);
  wire(b);
  b->cycles_seen = 0;
  b->interrupts_used = 0;
  b->fifo_count = b->shift_full = 0;
  b->masked_since = 0;
  for (int pin = 0; pin < 8; pin++) {
    if (!(b->driven >> pin & 1)) continue;
    int level = b->levels >> pin & 1;
    avr_raise_irq(pin_irq(b, 'D', pin), !level);  // a level that does not change is not passed on
    board_pin(b, 'D', pin, level);
  }
  board_volts(b, 0, b->millivolts[0]);
}

board_t *board_new(const char *elf, double baud, char port, int pin, double latch_us) {
  avr_global_logger_set(silent);
  elf_firmware_t firmware;
  memset(&firmware, 0, sizeof firmware);
  if (elf_read_firmware(elf, &firmware)) return NULL;
  board_t *b = calloc(1, sizeof *b);
  b->avr = avr_make_mcu_by_name("atmega328p");
  if (!b->avr) {
    free(b);
    return NULL;
  }
  avr_init(b->avr);
  firmware.frequency = CLOCK;
  avr_load_firmware(b->avr, &firmware);
  b->avr->frequency = CLOCK;
  b->avr->log = 0;
  b->avr->vcc = b->avr->avcc = b->avr->aref = 5000;
  b->avr->run_cycle_limit = 8;  // a few instructions a call: a byte's edges are seen within half a microsecond
  b->byte_cycles = CLOCK * 10.0 / baud;
  b->latch_cycles = latch_us * 16;
  b->one_shortest = 0xFFFF;
  b->stack_lowest = 0xFFFF;
  for (avr_io_t *io = b->avr->io_port; io; io = io->next)
    if (!strcmp(io->kind, "uart")) b->uart = (avr_uart_t *)io;
  if (!b->uart) return NULL;
  wire(b);
  avr_irq_register_notify(avr_io_getirq(b->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), sent_by_chip, b);
  avr_irq_register_notify(pin_irq(b, port, pin), data_pin, b);
  board_pin(b, 'D', 2, 1);  // pull-ups are not simulated as levels
  board_pin(b, 'D', 3, 1);
  board_volts(b, 0, 5000);
  return b;
}

void board_free(board_t *b) {
  avr_terminate(b->avr);
  free(b->to_chip.data);
  free(b->to_host.data);
  free(b->arrives);
  free(b->bytes.data);
  free(b->frames);
  free(b);
}

void board_write(board_t *b, const uint8_t *data, size_t length) {
  if (b->to_chip.taken == b->to_chip.length && b->next_start < b->avr->cycle) b->next_start = b->avr->cycle;
  if (b->to_chip.taken == b->to_chip.length && !b->receiving) b->to_chip.taken = b->to_chip.length = 0;
  append(&b->to_chip, data, length);
}

static int host_has_byte(board_t *b) {
  return b->to_host.taken < b->to_host.length && b->arrives[b->to_host.taken] <= b->avr->cycle;
}

// Runs for so many cycles, or until a byte is whole at the host. Returns 0 when the chip has crashed.
int board_run(board_t *b, uint64_t cycles, int until_byte) {
  avr_t *avr = b->avr;
  uint64_t until = avr->cycle + cycles;
  while (avr->cycle < until && !b->crashed) {
    line_to_chip(b);
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) b->crashed = 1;
    mend_uart(b);
    if (avr->sreg[SREG_I]) {
      b->masked_since = 0;
      b->interrupts_used = 1;
    } else {
      if (!b->masked_since) b->masked_since = avr->cycle;
      uint64_t masked = avr->cycle - b->masked_since;
      if (b->interrupts_used && masked > b->masked_longest) b->masked_longest = masked;
    }
    uint16_t stack = avr->data[SP_LOW] | avr->data[SP_LOW + 1] << 8;
    if (stack > 0x100 && stack < b->stack_lowest) b->stack_lowest = stack;
    if (b->in_frame && !b->level && avr->cycle - b->fell >= b->latch_cycles) end_of_frame(b);
    if (until_byte && host_has_byte(b)) break;
  }
  return !b->crashed;
}

size_t board_read(board_t *b, uint8_t *into, size_t most) {
  size_t n = 0;
  while (n < most && host_has_byte(b)) into[n++] = b->to_host.data[b->to_host.taken++];
  if (b->to_host.taken == b->to_host.length) b->to_host.taken = b->to_host.length = 0;
  return n;
}

uint64_t board_cycle(board_t *b) { return b->avr->cycle; }
size_t board_pending(board_t *b) { return b->to_chip.length - b->to_chip.taken; }
size_t board_frame_count(board_t *b) { return b->frame_count - b->in_frame; }

// Copies frame `i`: its bytes as they went out (G R B), when it began and ended. Returns its length.
size_t board_frame(board_t *b, size_t i, uint8_t *into, size_t most, uint64_t *first, uint64_t *last, int *whole) {
  frame_t *f = &b->frames[i];
  *first = f->first;
  *last = f->last;
  *whole = f->whole;
  size_t n = f->length < most ? f->length : most;
  memcpy(into, b->bytes.data + f->at, n);
  return f->length;
}

void board_clear_frames(board_t *b) {
  if (b->in_frame) return;  // keep the one that is going out
  b->frame_count = 0;
  b->bytes.length = 0;
}

void board_poke(board_t *b, uint32_t address, uint32_t value, int size) {
  for (int i = 0; i < size; i++) b->avr->data[address + i] = value >> 8 * i;
}

// lost bytes, bad bits, longest 0, shortest 1, longest low inside a frame, longest masked time (cycles), lowest stack
void board_figures(board_t *b, uint64_t out[7]) {
  out[0] = b->lost;
  out[1] = b->bad_bits;
  out[2] = b->zero_longest;
  out[3] = b->one_shortest;
  out[4] = b->low_longest;
  out[5] = b->masked_longest;
  out[6] = b->stack_lowest;
}
