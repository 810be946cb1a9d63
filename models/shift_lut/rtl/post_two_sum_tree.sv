// POST without a table: products of even and of odd exponents are plain shifts that are summed apart; the odd sum is
// multiplied by 1 / sqrt(2) once per output, at the drain.
//   code = sign, exponent e of K - 1 bits, all ones is zero        product = +-((magnitude << G) >> floor(e / 2))
//   even_sum, odd_sum = sums over the lanes of even and of odd exponents, two's complement, with G fraction bits
// With the default G no bit is shifted out: the sums are exact; G is 1 for K = 3 and 31 for K = 7. K is 3 or more.
// Ports   codes: lane 0 in the low bits. magnitudes, negative: the activations as sign and magnitude; unsigned activations have
//         negative = 0. The two's complement codes of signed layers are turned into this form once per lane of the array, not in
//         each tree. enable_product, enable_sum: clock the first and the second register; idle when 0.
// Depth   2: products in carry-save form, then their sums.
// Twin    two_sum_product_of, models/shift_lut/two_term_math.h
// Without the second accumulator and the product at the drain.
module post_two_sum_tree #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer G = (1 << (K - 2)) - 1,
    parameter integer OUT = A + G + 1 + $clog2(LANES)  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable_product,
    input  wire               enable_sum,
    input  wire [LANES*K-1:0] codes,
    input  wire [LANES*A-1:0] magnitudes,
    input  wire [  LANES-1:0] negative,
    output reg  [    OUT-1:0] even_sum,
    output reg  [    OUT-1:0] odd_sum
);
  localparam integer V = A + G;
  wire [LANES*V-1:0] even_products, odd_products;
  wire [LANES-1:0] minus;
  wire [OUT-1:0] even_sum_row, even_carry_row, even_total, odd_sum_row, odd_carry_row, odd_total;
  reg [OUT-1:0] held_even_sum, held_even_carry, held_odd_sum, held_odd_carry;

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : lane
      wire [K-2:0] exponent = codes[l*K+:K-1];
      wire [V-1:0] fixed = {{G{1'b0}}, magnitudes[l*A+:A]} << G;
      wire [V-1:0] shifted;
      right_shifter #(.WIDTH(V), .BITS(K - 2)) shift (.value(fixed), .distance(exponent[K-2:1]), .shifted(shifted));
      assign even_products[l*V+:V] = shifted & {V{~exponent[0]}};
      assign odd_products[l*V+:V] = shifted & {V{exponent[0] & ~&exponent}};
      assign minus[l] = codes[l*K+K-1] ^ negative[l];
    end
  endgenerate

  magnitude_heap #(.V(V), .TERMS(LANES), .COLUMNS(OUT)) compress_even (
      .magnitudes(even_products), .negative(minus), .round({LANES{1'b0}}), .sum(even_sum_row), .carry(even_carry_row)
  );
  magnitude_heap #(.V(V), .TERMS(LANES), .COLUMNS(OUT)) compress_odd (
      .magnitudes(odd_products), .negative(minus), .round({LANES{1'b0}}), .sum(odd_sum_row), .carry(odd_carry_row)
  );

  carry_propagate_adder #(.WIDTH(OUT)) add_even (.a(held_even_sum), .b(held_even_carry), .carry_in(1'b0), .sum(even_total));
  carry_propagate_adder #(.WIDTH(OUT)) add_odd (.a(held_odd_sum), .b(held_odd_carry), .carry_in(1'b0), .sum(odd_total));

  always @(posedge clk)
    if (enable_product) begin
      held_even_sum   <= even_sum_row;
      held_even_carry <= even_carry_row;
      held_odd_sum    <= odd_sum_row;
      held_odd_carry  <= odd_carry_row;
    end

  always @(posedge clk)
    if (enable_sum) begin
      even_sum <= even_total;
      odd_sum  <= odd_total;
    end
endmodule
