// Multiplier tree for AsymQ weights that takes the zero point off in each lane, before a multiplier one bit wider.
//   sum = sum over lanes of (weight - zero_point) * activation, two's complement
// Ports   as mac_tree; zero_point: one per tree, K bits, held like the weights and of the same piece and signedness.
//         weights_signed says how weights and zero point extend; their difference is always signed and has K + 1 bits.
//         The subtractors switch only when weights or zero point change, that is at a swap.
// Depth   2, as mac_tree: the subtraction stands before the first register.
// Twin    dense_mac_array::unpack (code - zero), then multiply_tile, models/dense_array/dense_math.h
// Without registers for weights and zero point (weight_registers.sv, LANES + 1 words of K bits).
module pre_subtract_tree #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer MODES = 1,
    parameter integer OUT = K + 1 + A + $clog2(LANES) + MODES  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable_product,
    input  wire               enable_sum,
    input  wire [LANES*K-1:0] weights,
    input  wire [      K-1:0] zero_point,
    input  wire [LANES*A-1:0] activations,
    input  wire               weights_signed,
    input  wire               activations_signed,
    output reg  [    OUT-1:0] sum
);
  wire ws = MODES != 0 ? weights_signed : 1'b1;
  wire [K:0] minus_zero = ~{zero_point[K-1] & ws, zero_point};
  wire [LANES*(K+1)-1:0] differences;
  wire [OUT-1:0] sum_row, carry_row, total;
  reg [OUT-1:0] held_sum, held_carry;

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : lane
      carry_propagate_adder #(.WIDTH(K + 1)) subtract (
          .a({weights[l*K+K-1] & ws, weights[l*K+:K]}), .b(minus_zero), .carry_in(1'b1), .sum(differences[l*(K+1)+:K+1])
      );
    end
  endgenerate

  product_heap #(
      .K(K + 1), .A(A), .LANES(LANES), .COLUMNS(OUT), .WEIGHT_MODE(1), .ACTIVATION_MODE(MODES != 0 ? 2 : 1)
  ) products (
      .weights(differences), .activations(activations), .weights_signed(1'b1), .activations_signed(activations_signed),
      .addend(1'b0), .sum(sum_row), .carry(carry_row)
  );

  carry_propagate_adder #(.WIDTH(OUT)) add (.a(held_sum), .b(held_carry), .carry_in(1'b0), .sum(total));

  always @(posedge clk)
    if (enable_product) begin
      held_sum   <= sum_row;
      held_carry <= carry_row;
    end

  always @(posedge clk) if (enable_sum) sum <= total;
endmodule
