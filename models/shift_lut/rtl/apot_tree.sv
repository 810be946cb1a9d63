// Tree of shifters for weights that are sums of two powers of two (APoT, Li, Dong, Wang, ICLR 2020): K is 4 or 5.
//   code = sign, first index (2 bits), second index (K - 3 bits); an index of all ones has no term
//   exponents  K = 4: first 0, 1, 3, second 2        K = 5: first 0, 2, 4, second 1, 3, 5
//   product = +-(((magnitude << G) >> e1) + ((magnitude << G) >> e2))
//   sum = sum over lanes of product, two's complement, with G fraction bits
// Ports   codes: lane 0 in the low bits. magnitudes, negative: the activations as sign and magnitude; unsigned activations have
//         negative = 0. The two's complement codes of signed layers are turned into this form once per lane of the array, not in
//         each tree. enable_product, enable_sum: clock the first and the second register; idle when 0.
// Depth   2: products in carry-save form, then their sum.
// Twin    apot_product, workloads/formats/product_circuit.h
// Without the registers of the codes (weight_registers.sv) and the sign-and-magnitude form of activations.
module apot_tree #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer G = 4,
    parameter integer OUT = A + G + 2 + $clog2(LANES)  // derived: do not set
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
  wire [2*LANES*V-1:0] terms;
  wire [LANES-1:0] minus;
  wire [OUT-1:0] sum_row, carry_row, total;
  reg [OUT-1:0] held_sum, held_carry;

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : lane
      wire [V-1:0] fixed = {{G{1'b0}}, magnitudes[l*A+:A]} << G;
      wire [1:0] first = codes[l*K+K-3+:2];
      if (K == 4) begin : four_bits
        assign terms[2*l*V+:V] = ({V{first == 0}} & fixed) | ({V{first == 1}} & (fixed >> 1)) | ({V{first == 2}} & (fixed >> 3));
        assign terms[(2*l+1)*V+:V] = {V{~codes[l*K]}} & (fixed >> 2);
      end else begin : five_bits
        wire [1:0] second = codes[l*K+:2];
        assign terms[2*l*V+:V] = ({V{first == 0}} & fixed) | ({V{first == 1}} & (fixed >> 2)) | ({V{first == 2}} & (fixed >> 4));
        assign terms[(2*l+1)*V+:V] = ({V{second == 0}} & (fixed >> 1)) | ({V{second == 1}} & (fixed >> 3)) | ({V{second == 2}} & (fixed >> 5));
      end
      assign minus[l] = codes[l*K+K-1] ^ negative[l];
    end
  endgenerate

  wire [2*LANES-1:0] minus_of_terms;
  generate
    for (l = 0; l < 2 * LANES; l = l + 1) begin : term
      assign minus_of_terms[l] = minus[l/2];
    end
  endgenerate

  magnitude_heap #(.V(V), .TERMS(2 * LANES), .COLUMNS(OUT)) compress (
      .magnitudes(terms), .negative(minus_of_terms), .round({2 * LANES{1'b0}}), .sum(sum_row), .carry(carry_row)
  );

  carry_propagate_adder #(.WIDTH(OUT)) add (.a(held_sum), .b(held_carry), .carry_in(1'b0), .sum(total));

  always @(posedge clk)
    if (enable_product) begin
      held_sum   <= sum_row;
      held_carry <= carry_row;
    end

  always @(posedge clk) if (enable_sum) sum <= total;
endmodule
