// Sum of TERMS numbers given as sign and magnitude, in carry-save form: what the shifting units compress.
//   sum + carry = sum over terms of (negative ? -1 : 1) * (magnitude + round)      modulo 2^COLUMNS
// A negative term enters inverted; the one that completes its two's complement and the rounding bit share a slot, so that
// rounding costs no adder. Signs are not extended: one constant makes up for them, as in product_heap.sv.
// Combinational. C++ twin: none of its own; shift_multiply_tile (models/shift_lut/shift_math.h) through pot_tree, post_tree.
module magnitude_heap #(
    parameter integer V = 8,
    parameter integer TERMS = 16,
    parameter integer COLUMNS = 13
) (
    input  wire [TERMS*V-1:0] magnitudes,
    input  wire [  TERMS-1:0] negative,
    input  wire [  TERMS-1:0] round,
    output wire [COLUMNS-1:0] sum,
    output wire [COLUMNS-1:0] carry
);
  // With s = negative: (m ^ s) + (r ^ s) + (1 - s) * 2^V - 2^V; the last term, of all TERMS, is the constant.
  localparam [COLUMNS-1:0] FIXED_ROW = minus_terms(0);

  function [COLUMNS-1:0] minus_terms(input integer unused);
    integer c;
    reg [COLUMNS-1:0] terms;
    begin
      for (c = 0; c < COLUMNS; c = c + 1) terms[c] = c >= V && c - V < 31 && (TERMS >> (c - V)) % 2 == 1;
      minus_terms = ~terms + 1'b1;
    end
  endfunction

  function integer height_of(input integer c);
    height_of = (c < V ? TERMS : 0) + (c == 0 ? TERMS : 0) + (c == V ? TERMS : 0) + (FIXED_ROW[c] ? 1 : 0);
  endfunction

  function [COLUMNS*16-1:0] all_heights(input integer unused);
    integer c, height;
    for (c = 0; c < COLUMNS; c = c + 1) begin
      height = height_of(c);
      all_heights[c*16+:16] = height[15:0];
    end
  endfunction

  localparam integer SLOTS = 2 * TERMS + 1;
  wire [COLUMNS*SLOTS-1:0] heap  /*verilator split_var*/;

  genvar c, t, i;
  generate
    for (c = 0; c < COLUMNS; c = c + 1) begin : column
      for (t = 0; t < TERMS; t = t + 1) begin : term
        if (c < V) assign heap[c*SLOTS+t] = magnitudes[t*V+c] ^ negative[t];
        if (c == 0) assign heap[c*SLOTS+TERMS+t] = round[t] ^ negative[t];
        if (c == V) assign heap[c*SLOTS+t] = ~negative[t];
      end
      localparam integer HEIGHT = height_of(c);
      if (FIXED_ROW[c]) assign heap[c*SLOTS+HEIGHT-1] = 1'b1;
      for (i = HEIGHT; i < SLOTS; i = i + 1) begin : unused
        assign heap[c*SLOTS+i] = 1'b0;
      end
    end
  endgenerate

  bit_heap #(.COLUMNS(COLUMNS), .SLOTS(SLOTS), .HEIGHTS(all_heights(0))) compress (.bits(heap), .sum(sum), .carry(carry));
endmodule
