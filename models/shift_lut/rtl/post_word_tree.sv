// post_tree with one rounded word for all odd exponents: dot product of LANES codes of K bits with LANES activations.
//   code = sign, exponent e of K - 1 bits, all ones is zero
//   product = +-((magnitude << G) >> e/2), e even;  +-(round(magnitude * 2^G / sqrt(2)) >> (e-1)/2), e odd, from root_word_table
//   sum = sum over lanes of product, two's complement, with G fraction bits
// Ports   codes: lane 0 in the low bits. magnitudes, negative: the activations as sign and magnitude; unsigned activations have
//         negative = 0. The two's complement codes of signed layers are turned into this form once per lane of the array, not in
//         each tree. enable_product, enable_sum: clock the first and the second register; idle when 0.
// Depth   2: products in carry-save form, then their sum.
// Twin    shared_word_product, workloads/formats/product_circuit.h, and shift_multiply_tile, models/shift_lut/shift_math.h
// Without the registers of the codes (weight_registers.sv) and the sign-and-magnitude form of activations.
module post_word_tree #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer G = 4,
    parameter integer OUT = A + G + 1 + $clog2(LANES)  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable_product,
    input  wire               enable_sum,
    input  wire [LANES*K-1:0] codes,
    input  wire [LANES*A-1:0] magnitudes,
    input  wire [  LANES-1:0] negative,
    output reg  [    OUT-1:0] sum
);
  localparam integer V = A + G;
  wire [LANES*V-1:0] products;
  wire [LANES-1:0] minus;
  wire [OUT-1:0] sum_row, carry_row, total;
  reg [OUT-1:0] held_sum, held_carry;

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : lane
      wire [K-2:0] exponent = codes[l*K+:K-1];
      wire is_nonzero = ~&exponent;
      wire [V-1:0] fixed = {{G{1'b0}}, magnitudes[l*A+:A]} << G;
      wire [V-1:0] shifted;
      if (K == 2) begin : one_exponent
        assign shifted = fixed;
      end else begin : exponents
        wire [V-1:0] root;
        root_word_table #(.A(A), .G(G)) table_of_odd (.magnitude(magnitudes[l*A+:A]), .word(root));
        right_shifter #(.WIDTH(V), .BITS(K - 2)) shift (
            .value(exponent[0] ? root : fixed), .distance(exponent[K-2:1]), .shifted(shifted)
        );
      end
      assign products[l*V+:V] = shifted & {V{is_nonzero}};
      assign minus[l] = codes[l*K+K-1] ^ negative[l];
    end
  endgenerate

  magnitude_heap #(.V(V), .TERMS(LANES), .COLUMNS(OUT)) compress (
      .magnitudes(products), .negative(minus), .round({LANES{1'b0}}), .sum(sum_row), .carry(carry_row)
  );

  carry_propagate_adder #(.WIDTH(OUT)) add (.a(held_sum), .b(held_carry), .carry_in(1'b0), .sum(total));

  always @(posedge clk)
    if (enable_product) begin
      held_sum   <= sum_row;
      held_carry <= carry_row;
    end

  always @(posedge clk) if (enable_sum) sum <= total;
endmodule
