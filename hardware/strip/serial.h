// The serial line: an interrupt fills a ring of 256 bytes, sending waits for the chip.
// Not the Arduino core's Serial: its ring of 64 bytes loses data at 1 Mbaud.
#pragma once
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>
#include "settings.h"

#define RING_HEAD GPIOR0  // where the next byte goes; an 8-bit index wraps by itself in a ring of 256
#define RING_TAIL GPIOR1  // where the next byte is taken

static uint8_t ring[256];

#define UBRR_VALUE ((F_CPU / 8 + BAUD / 2) / BAUD - 1)
static_assert((F_CPU / 8.0) / (UBRR_VALUE + 1) / BAUD < 1.025 && (F_CPU / 8.0) / (UBRR_VALUE + 1) / BAUD > 0.975,
              "BAUD: a 16 MHz board cannot make this rate; take 115200, 250000, 500000 or 1000000");

static inline void serial_begin() {
  RING_HEAD = 0;
  RING_TAIL = 0;
  UBRR0 = UBRR_VALUE;
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);  // 8N1
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

// A full ring keeps what it has: the frame that lost bytes then fails its check.
ISR(USART_RX_vect) {
  uint8_t byte = UDR0;
  uint8_t head = RING_HEAD;
  uint8_t next = head + 1;
  if (next != RING_TAIL) {
    ring[head] = byte;
    RING_HEAD = next;
  }
}

static inline bool serial_waiting() { return RING_HEAD != RING_TAIL; }

static inline uint8_t serial_take() {
  uint8_t tail = RING_TAIL;
  uint8_t byte = ring[tail];
  RING_TAIL = tail + 1;
  return byte;
}

static void serial_send(uint8_t byte) {
  while (!(UCSR0A & _BV(UDRE0))) {
  }
  UDR0 = byte;
}
