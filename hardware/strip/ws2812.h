// Sends the picture to the WS2812B strip, cycle by cycle: 20 cycles (1.25 us) a bit, high 6 for a 0 and 13 for a 1.
// Interrupts are off meanwhile, so one waiting serial byte is moved into the ring between any two pixel bytes.
#pragma once
#include <avr/interrupt.h>
#include <avr/io.h>
#include "clock.h"
#include "serial.h"

#define LATCH_TICKS 6  // at least 320 us of silence; newer WS2812B want 280 before they take the picture as whole

static uint16_t shown_at;

static inline void ws2812_begin() {
  PORTD &= ~_BV(DATA_BIT);
  DDRD |= _BV(DATA_BIT);
}

static void ws2812_show(const uint8_t *bytes, uint16_t count) {
  while ((uint16_t)(TCNT1 - shown_at) < LATCH_TICKS) {
  }
  uint8_t high = PORTD | _BV(DATA_BIT);
  uint8_t low = PORTD & ~_BV(DATA_BIT);
  uint8_t byte, bits, scratch, head;
  uint8_t saved = SREG;
  cli();
  asm volatile(
      "next_byte%=:                  \n"
      "  ld   %[byte], %a[from]+     \n"
      "  ldi  %[bits], 8             \n"
      "next_bit%=:                   \n"
      "  out  %[port], %[high]       \n"  // cycle 0: up
      "  rjmp .+0                    \n"
      "  rjmp .+0                    \n"
      "  sbrs %[byte], 7             \n"
      "  out  %[port], %[low]        \n"  // cycle 6: down if the bit is 0
      "  lsl  %[byte]                \n"
      "  rjmp .+0                    \n"
      "  rjmp .+0                    \n"
      "  nop                         \n"
      "  out  %[port], %[low]        \n"  // cycle 13: down
      "  nop                         \n"
      "  rjmp .+0                    \n"
      "  dec  %[bits]                \n"
      "  brne next_bit%=             \n"  // cycle 20: the next bit
      "  lds  %[scratch], %[status]  \n"  // between bytes: has the line brought one?
      "  sbrs %[scratch], %[ready]   \n"
      "  rjmp drained%=              \n"
      "  lds  %[scratch], %[data]    \n"
      "  in   %[head], %[headreg]    \n"
      "  mov  r30, %[head]           \n"
      "  ldi  r31, 0                 \n"
      "  subi r30, lo8(-(%[ring]))   \n"
      "  sbci r31, hi8(-(%[ring]))   \n"
      "  inc  %[head]                \n"
      "  in   %[bits], %[tailreg]    \n"
      "  cpse %[head], %[bits]       \n"
      "  st   Z, %[scratch]          \n"
      "  cpse %[head], %[bits]       \n"
      "  out  %[headreg], %[head]    \n"
      "drained%=:                    \n"
      "  sbiw %[count], 1            \n"
      "  brne next_byte%=            \n"
      : [byte] "=&r"(byte), [bits] "=&d"(bits), [scratch] "=&r"(scratch), [head] "=&r"(head), [from] "+x"(bytes),
        [count] "+w"(count)
      : [port] "I"(_SFR_IO_ADDR(PORTD)), [high] "r"(high), [low] "r"(low), [status] "i"(_SFR_MEM_ADDR(UCSR0A)),
        [ready] "I"(RXC0), [data] "i"(_SFR_MEM_ADDR(UDR0)), [headreg] "I"(_SFR_IO_ADDR(RING_HEAD)),
        [tailreg] "I"(_SFR_IO_ADDR(RING_TAIL)), [ring] "i"(ring)
      : "r30", "r31", "memory");
  SREG = saved;
  shown_at = TCNT1;
}
