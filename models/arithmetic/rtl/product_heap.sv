// Sum of LANES products in carry-save form, plus an addend: what all multiplying units compress.
//   sum + carry = (NEGATE ? -1 : 1) * sum over lanes of weight * activation + addend      modulo 2^COLUMNS
// Partial products are those of Baugh and Wooley ("A two's complement parallel array multiplication algorithm", 1973): bits
// of negative weight are inverted and one constant for all lanes makes up for it, so nothing is sign-extended.
// WEIGHT_MODE, ACTIVATION_MODE: 0 unsigned, 1 two's complement, 2 as the port weights_signed / activations_signed says; such
// a port costs a gate per bit of that operand's sign row and a row of constants that become signals. NEGATE needs modes
// other than 2. ADDEND is the width of a two's complement addend, 0 for none.
// Combinational. C++ twin: none of its own; multiply_tile (models/dense_array/dense_math.h) through mac_tree.
module product_heap #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer COLUMNS = 13,
    parameter integer WEIGHT_MODE = 2,
    parameter integer ACTIVATION_MODE = 2,
    parameter integer NEGATE = 0,
    parameter integer ADDEND = 0
) (
    input  wire [               LANES*K-1:0] weights,
    input  wire [               LANES*A-1:0] activations,
    input  wire                              weights_signed,
    input  wire                              activations_signed,
    input  wire [(ADDEND > 0 ? ADDEND : 1) -1:0] addend,
    output wire [               COLUMNS-1:0] sum,
    output wire [               COLUMNS-1:0] carry
);
  wire ws = WEIGHT_MODE == 2 ? weights_signed : WEIGHT_MODE == 1;
  wire xs = ACTIVATION_MODE == 2 ? activations_signed : ACTIVATION_MODE == 1;

  function [COLUMNS-1:0] lanes_as_word(input integer unused);
    integer c;
    for (c = 0; c < COLUMNS; c = c + 1) lanes_as_word[c] = c < 31 && (LANES >> c) % 2 == 1;
  endfunction

  // product = inverted partial products + [ws] 2^(K-1) + [xs] 2^(A-1) - [ws or xs] 2^(K+A-1)
  localparam [COLUMNS-1:0] NONE = 0;
  localparam [COLUMNS-1:0] N = lanes_as_word(0);
  localparam [COLUMNS-1:0] FOR_WEIGHTS = N << (K - 1);
  localparam [COLUMNS-1:0] FOR_ACTIVATIONS = N << (A - 1);
  localparam [COLUMNS-1:0] FOR_EITHER = ~(N << (K + A - 1)) + 1'b1;
  localparam [COLUMNS-1:0] ALL_ONES_PRODUCT = (N << (K + A)) - (N << K) - (N << A) + N;

  // Who switches the last term: a constant, one of the ports, or both.
  localparam EITHER_FIXED = WEIGHT_MODE == 1 || ACTIVATION_MODE == 1;
  localparam EITHER_IS_WEIGHTS = WEIGHT_MODE == 2 && ACTIVATION_MODE == 0;
  localparam EITHER_IS_ACTIVATIONS = WEIGHT_MODE == 0 && ACTIVATION_MODE == 2;
  localparam EITHER_IS_BOTH = WEIGHT_MODE == 2 && ACTIVATION_MODE == 2;
  localparam [COLUMNS-1:0] WEIGHT_ROW = WEIGHT_MODE == 2 ? FOR_WEIGHTS + (EITHER_IS_WEIGHTS ? FOR_EITHER : NONE) : NONE;
  localparam [COLUMNS-1:0] ACTIVATION_ROW = ACTIVATION_MODE == 2 ? FOR_ACTIVATIONS + (EITHER_IS_ACTIVATIONS ? FOR_EITHER : NONE) : NONE;
  localparam [COLUMNS-1:0] EITHER_ROW = EITHER_IS_BOTH ? FOR_EITHER : NONE;
  localparam [COLUMNS-1:0] FIXED_TERMS = (WEIGHT_MODE == 1 ? FOR_WEIGHTS : NONE) + (ACTIVATION_MODE == 1 ? FOR_ACTIVATIONS : NONE)
                                         + (EITHER_FIXED ? FOR_EITHER : NONE);
  // The addend's top bit is inverted too, and its weight taken back.
  localparam [COLUMNS-1:0] ONE = 1;
  localparam [COLUMNS-1:0] ADDEND_TERM = ADDEND > 0 ? ~(ONE << (ADDEND - 1)) + 1'b1 : NONE;
  localparam [COLUMNS-1:0] FIXED_ROW = (NEGATE != 0 ? ~(FIXED_TERMS + ALL_ONES_PRODUCT) + 1'b1 : FIXED_TERMS) + ADDEND_TERM;

  // Partial products of one lane in column c, and the first weight bit among them.
  function integer products_in(input integer c);
    products_in = c >= K + A - 1 ? 0 : (c < K ? c : K - 1) - (c < A ? 0 : c - A + 1) + 1;
  endfunction

  function [COLUMNS*16-1:0] all_heights(input integer unused);
    integer c, height;
    begin
      all_heights = 0;
      for (c = 0; c < COLUMNS; c = c + 1) begin
        height = LANES * products_in(c) + (c < ADDEND ? 1 : 0) + (WEIGHT_ROW[c] ? 1 : 0) + (ACTIVATION_ROW[c] ? 1 : 0)
                 + (EITHER_ROW[c] ? 1 : 0) + (FIXED_ROW[c] ? 1 : 0);
        all_heights[c*16+:16] = height[15:0];
      end
    end
  endfunction

  function integer tallest(input [COLUMNS*16-1:0] heights);
    integer c;
    begin
      tallest = 1;
      for (c = 0; c < COLUMNS; c = c + 1) if ({16'd0, heights[c*16+:16]} > tallest) tallest = {16'd0, heights[c*16+:16]};
    end
  endfunction

  localparam [COLUMNS*16-1:0] HEIGHTS = all_heights(0);
  localparam integer SLOTS = tallest(HEIGHTS);
  wire [COLUMNS*SLOTS-1:0] heap  /*verilator split_var*/;

  genvar c, l, i;
  generate
    for (c = 0; c < COLUMNS; c = c + 1) begin : column
      localparam integer FIRST = c < A ? 0 : c - A + 1;
      localparam integer COUNT = products_in(c);
      for (l = 0; l < LANES; l = l + 1) begin : lane
        for (i = FIRST; i < FIRST + COUNT; i = i + 1) begin : weight_bit
          wire product = weights[l*K+i] & activations[l*A+c-i];
          wire invert = (i == K - 1 ? ws : 1'b0) ^ (c - i == A - 1 ? xs : 1'b0) ^ (NEGATE != 0 ? 1'b1 : 1'b0);
          assign heap[c*SLOTS+l*COUNT+i-FIRST] = product ^ invert;
        end
      end
      localparam integer AT_ADDEND = LANES * COUNT;
      localparam integer AT_WEIGHTS = AT_ADDEND + (c < ADDEND ? 1 : 0);
      localparam integer AT_ACTIVATIONS = AT_WEIGHTS + (WEIGHT_ROW[c] ? 1 : 0);
      localparam integer AT_EITHER = AT_ACTIVATIONS + (ACTIVATION_ROW[c] ? 1 : 0);
      localparam integer AT_FIXED = AT_EITHER + (EITHER_ROW[c] ? 1 : 0);
      if (c < ADDEND) begin : add
        assign heap[c*SLOTS+AT_ADDEND] = addend[c] ^ (c == ADDEND - 1);
      end
      if (WEIGHT_ROW[c]) begin : for_weights
        assign heap[c*SLOTS+AT_WEIGHTS] = ws;
      end
      if (ACTIVATION_ROW[c]) begin : for_activations
        assign heap[c*SLOTS+AT_ACTIVATIONS] = xs;
      end
      if (EITHER_ROW[c]) begin : for_either
        assign heap[c*SLOTS+AT_EITHER] = ws | xs;
      end
      if (FIXED_ROW[c]) begin : fixed
        assign heap[c*SLOTS+AT_FIXED] = 1'b1;
      end
      for (i = AT_FIXED + (FIXED_ROW[c] ? 1 : 0); i < SLOTS; i = i + 1) begin : unused
        assign heap[c*SLOTS+i] = 1'b0;
      end
    end
  endgenerate

  bit_heap #(.COLUMNS(COLUMNS), .SLOTS(SLOTS), .HEIGHTS(HEIGHTS)) compress (.bits(heap), .sum(sum), .carry(carry));
endmodule
